//! Building the crates in turn, and what each build took.

use std::{
    error::Error,
    fs,
    time::{Duration, Instant},
};

use crate::project::{Pair, Project};

/// What one more of a subject costs a debug build, in milliseconds.
pub(crate) struct Time {
    /// Until the build was done. Whoever else uses the machine is in it.
    pub(crate) wall: f64,
    /// Of the processors, in user code: what is held against the budget.
    pub(crate) user: f64,
    /// The same by the quickest build of either crate, which was the least disturbed.
    pub(crate) least: f64,
}

/// Builds smaller and larger crate in turn, so many times; the median of what the larger one needed more.
pub(crate) fn rounds(pair: &Pair, rounds: usize) -> Result<Time, Box<dyn Error>> {
    // The first build of each is for the dependencies, and for the caches.
    build(&pair.smaller)?;
    build(&pair.larger)?;
    let each = |smaller: Duration, larger: Duration| {
        (larger.as_secs_f64() - smaller.as_secs_f64()) * 1_000.0 / pair.difference as f64
    };
    let (mut walls, mut users, mut least) = (Vec::new(), Vec::new(), (Duration::MAX, Duration::MAX));
    for _ in 0..rounds.max(1) {
        let (smaller, larger) = (build(&pair.smaller)?, build(&pair.larger)?);
        least = (least.0.min(smaller.1), least.1.min(larger.1));
        walls.push(each(smaller.0, larger.0));
        users.push(each(smaller.1, larger.1));
    }
    Ok(Time { wall: median(walls), user: median(users), least: each(least.0, least.1) })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// One debug build of the crate alone: how long it took, and how long processors worked on it in user code.
fn build(project: &Project) -> Result<(Duration, Duration), Box<dyn Error>> {
    project.put(&project.source)?;
    let (start, before) = (Instant::now(), time_of_children()?);
    let status = project.cargo("build").status()?;
    let spent = (start.elapsed(), time_of_children()? - before);
    if status.success() { Ok(spent) } else { Err("a crate that is measured does not build".into()) }
}

/// The user time of all processes that this one has started and waited for: cargo, and through it the compiler.
fn time_of_children() -> Result<Duration, Box<dyn Error>> {
    let stat =
        fs::read_to_string("/proc/self/stat").map_err(|error| format!("this measures on Linux only: {error}"))?;
    // Behind the program's name, which stands in parentheses and may hold anything, `cutime` is the 14th field.
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat reads as never before")?;
    let ticks: u64 = fields.split_whitespace().nth(13).ok_or("/proc/self/stat is too short")?.parse()?;
    // Linux tells programs of ticks of a hundredth of a second, whatever it counts by itself.
    Ok(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_round_does_not_move_the_median() {
        let round = |values: &[f64]| median(values.to_vec()).to_string();
        assert_eq!(round(&[3.0, 900.0, 1.0, 2.0, 2.5]), "2.5");
        assert_eq!(round(&[]), "0");
    }
}
