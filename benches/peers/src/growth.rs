//! What becomes of a system as its log grows: deposits on 1,000 accounts, among ever more that nobody asks for any more.

use std::sync::Arc;

use tokio::time::{Duration, timeout};

use crate::{
    bank::{Fault, System},
    child::warm,
    cluster::{Cluster, Database},
    drive::{Load, Until, drive},
    ledger::{AT_A_TIME, Ledger},
    part::Part,
    process::{Process, reply},
    report::{Point, Report},
    systems::is_ours,
    table::{SHARES, grouped, time},
    workload::Workload,
};

const CONCURRENCY: usize = 64;

/// How long a system may take for all of it: filling the log and checking it included.
const PATIENCE: Duration = Duration::from_secs(1800);

/// So many events, growing tenfold up to this.
pub(crate) fn sizes(most: usize) -> Vec<usize> {
    let tenfold = std::iter::successors(Some(10_000), |size: &usize| size.checked_mul(10));
    tenfold.take_while(|size| *size < most).chain([most]).collect()
}

/// Measures all systems at all sizes, one after another, and says what came of it. Whether all that is ours was right.
pub(crate) async fn growth(
    cluster: &Cluster,
    systems: &[&dyn System],
    load: (f64, usize),
    report: &mut Report,
) -> bool {
    let (mut right, sizes) = (true, sizes(load.1));
    let head: String = sizes.iter().map(|size| format!(" {} events |", grouped(*size as f64))).collect();
    report.say(format!("\n### W1, {CONCURRENCY} at once, commands/s · p99\n\n| system |{head} check |"));
    report.say(format!("| --- |{} --- |", " ---: |".repeat(sizes.len())));
    for system in systems {
        eprintln!("growing to {}: {}", grouped(load.1 as f64), system.name());
        let (points, fault) = one(*system, cluster, load).await;
        let cells = (0..sizes.len()).map(|nth| points.get(nth).map_or(" – |".into(), cell));
        let check = fault.as_ref().map_or("right".into(), |fault| format!("**WRONG**: {}", fault.replace('|', "/")));
        report.say(format!("| {} |{} {check} |", system.name(), cells.collect::<String>()));
        right &= fault.is_none() || !is_ours(system.name());
        if fault.is_none() {
            report.points.extend(points);
        }
    }
    right
}

fn cell(point: &Point) -> String {
    let p99 = point.within.get(3).copied().unwrap_or_default();
    format!(" {} · {} |", grouped(point.rate), time(p99))
}

/// The sizes that a system has come through, and what went wrong then, if anything did.
async fn one(system: &dyn System, cluster: &Cluster, load: (f64, usize)) -> (Vec<Point>, Option<String>) {
    let mut points = Vec::new();
    let done = in_a_database(system, cluster, load, &mut points).await;
    (points, done.err().map(|fault| fault.to_string()))
}

async fn in_a_database(
    system: &dyn System,
    cluster: &Cluster,
    (seconds, most): (f64, usize),
    points: &mut Vec<Point>,
) -> Result<(), Fault> {
    let database = cluster.fresh().await?;
    let (seconds, growth) = (seconds.to_string(), most.to_string());
    let arguments = ["--grow", &database.url, "--systems", system.name(), "--seconds", &seconds, "--growth", &growth];
    let process = Process::start(&arguments)?;
    let told = timeout(PATIENCE, listen(process, system.name(), sizes(most).len(), points)).await;
    cluster.remove(database).await?;
    told.unwrap_or_else(|_| Err(format!("no end within {PATIENCE:?}").into()))
}

async fn listen(mut process: Process, name: &str, sizes: usize, points: &mut Vec<Point>) -> Result<(), Fault> {
    for _ in 0..sizes {
        let (events, rate, within): (usize, f64, Vec<Duration>) = process.hand_back().await?;
        let (part, workload, system) = (Part::Growth, Workload::W1, name.to_owned());
        points.push(Point { part, workload, concurrency: CONCURRENCY, events, system, rate, within });
    }
    let wrong: Option<String> = process.hand_back().await?;
    process.end().await?;
    wrong.map_or(Ok(()), |wrong| Err(wrong.into()))
}

/// What the process does that grows.
pub(crate) async fn child(system: &dyn System, url: &str, seconds: f64, most: usize) -> Result<(), Fault> {
    let active = Workload::W1.accounts();
    let accounts = active + most / AT_A_TIME;
    let bank = system.open(Database::at(url), accounts).await?;
    let ledger = Arc::new(Ledger::new(accounts));
    ledger.open_some(&*bank, 0..active, 0).await?;
    let mut opened = active;
    for (nth, size) in sizes(most).into_iter().enumerate() {
        // Accounts of 1,000 events each; those of the load add little.
        let missing = (size.saturating_sub(ledger.events() as usize) / AT_A_TIME).min(accounts - opened);
        ledger.open_some(&*bank, opened..opened + missing, AT_A_TIME - 2).await?;
        opened += missing;
        let load = Load {
            workload: Workload::W1,
            concurrency: CONCURRENCY,
            until: Until::Seconds(seconds),
            seed: nth as u64 + 1,
        };
        warm(&bank, load, &ledger).await?;
        let measured = drive(&bank, load, &ledger).await?;
        if let Some(failure) = measured.first_failure {
            return Err(failure.into());
        }
        let within: Vec<Duration> = SHARES.iter().map(|share| measured.within(*share)).collect();
        reply(&serde_json::to_string(&(size, measured.rate(), within))?);
    }
    // Some of the accounts may not have been needed.
    ledger.open_some(&*bank, opened..accounts, 0).await?;
    let wrong = ledger.compare(&bank.audit(accounts).await?).err();
    bank.close().await;
    reply(&serde_json::to_string(&wrong)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_grow_tenfold_and_end_where_they_are_told() {
        assert_eq!(sizes(5_000_000), [10_000, 100_000, 1_000_000, 5_000_000]);
        assert_eq!(sizes(10_000), [10_000]);
    }
}
