//! Asking: in a closed loop, where everybody waits for an answer before asking again; or in an open one, where nobody does.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use foldline::{Command, ExecuteError, Executor};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{
    task::{JoinError, JoinSet},
    time::sleep_until,
};

use super::{LoadArgs, plot::svg, report::Report, samples::Samples};
use crate::Done;

impl LoadArgs {
    /// Asks as often as these arguments say, and says and draws what came of it. `ask` is given 0, 1, 2, … and answers why it
    /// failed, if it did. How many were a yes is the answer.
    ///
    /// # Errors
    /// When asking panicked, or the picture cannot be written.
    pub async fn drive<A, F>(&self, executor: &Executor, ask: A) -> Done<u64>
    where
        A: Fn(u64) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), String>> + Send,
    {
        let count = self.rate.map_or(self.commands, |rate| u64::from(rate) * u64::from(self.seconds));
        let bar = bar(count);
        let (before, start) = (executor.stats(), Instant::now());
        let samples = match self.rate {
            None => closed(count, self.concurrency, &bar, start, ask).await?,
            Some(rate) => open(count, rate, &bar, start, ask).await?,
        };
        let took = start.elapsed();
        bar.finish_and_clear();
        let report = Report { samples, took, stats: executor.stats().since(&before) };
        println!("{report}");
        fs::write(&self.plot, svg(&report.samples.all, took))?;
        println!("\nDrawn: {}", self.plot.display());
        Ok(report.succeeded())
    }
}

/// All of these, before the load begins; the first that fails is the error.
///
/// # Errors
/// That one.
pub async fn prepare<C>(
    executor: &Executor,
    commands: impl IntoIterator<Item = C>,
) -> Result<(), ExecuteError<C::Error>>
where
    C: Command<Error: Send>,
{
    let outcomes = executor.execute_all(commands.into_iter().collect::<Vec<_>>()).await;
    outcomes.into_iter().try_for_each(|outcome| outcome.map(drop))
}

async fn closed<A, F>(
    count: u64,
    concurrency: usize,
    bar: &ProgressBar,
    start: Instant,
    ask: A,
) -> Result<Samples, JoinError>
where
    A: Fn(u64) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), String>> + Send,
{
    let next = Arc::new(AtomicU64::new(0));
    let mut asking = JoinSet::new();
    for _ in 0..concurrency.max(1) {
        let (next, ask, bar) = (Arc::clone(&next), ask.clone(), bar.clone());
        asking.spawn(async move {
            let mut samples = Samples::default();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= count {
                    return samples;
                }
                let due = Instant::now();
                samples.add(start, due, ask(nth).await);
                bar.inc(1);
            }
        });
    }
    gather(asking, Samples::default()).await
}

async fn open<A, F>(count: u64, rate: u32, bar: &ProgressBar, start: Instant, ask: A) -> Result<Samples, JoinError>
where
    A: Fn(u64) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), String>> + Send,
{
    let (mut asking, mut samples) = (JoinSet::new(), Samples::default());
    for nth in 0..count {
        let due = start + Duration::from_secs_f64(nth as f64 / f64::from(rate.max(1)));
        sleep_until(due.into()).await;
        let (ask, bar) = (ask.clone(), bar.clone());
        asking.spawn(async move {
            let mut one = Samples::default();
            one.add(start, due, ask(nth).await);
            bar.inc(1);
            one
        });
        // Those that are done are taken in meanwhile, so that only what is under way takes room.
        while let Some(done) = asking.try_join_next() {
            samples.merge(done?);
        }
    }
    gather(asking, samples).await
}

async fn gather(mut asking: JoinSet<Samples>, mut samples: Samples) -> Result<Samples, JoinError> {
    while let Some(one) = asking.join_next().await {
        samples.merge(one?);
    }
    Ok(samples)
}

fn bar(count: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {per_sec}  {eta} to go");
    ProgressBar::new(count).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests {
    use tokio::{sync::Barrier, time::timeout};

    use super::*;

    /// Longer than anything here takes that works.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// An answer comes once so many ask.
    fn together(count: usize) -> impl Fn(u64) -> futures_util::future::BoxFuture<'static, Result<(), String>> + Clone {
        let barrier = Arc::new(Barrier::new(count));
        move |nth| {
            let barrier = Arc::clone(&barrier);
            Box::pin(async move {
                barrier.wait().await;
                if nth == 3 { Err("no".to_owned()) } else { Ok(()) }
            })
        }
    }

    #[tokio::test]
    async fn in_a_closed_loop_so_many_ask_at_once_until_all_is_asked_for() -> Done {
        let (bar, start) = (ProgressBar::hidden(), Instant::now());
        let samples = timeout(PATIENCE, closed(35, 7, &bar, start, together(7))).await??;
        assert_eq!((samples.all.len(), &samples.failures["no"]), (35, &1));
        Ok(())
    }

    #[tokio::test]
    async fn in_an_open_loop_nobody_waits_for_another_s_answer() -> Done {
        let (bar, start) = (ProgressBar::hidden(), Instant::now());
        let samples = timeout(PATIENCE, open(20, 1_000, &bar, start, together(20))).await??;
        let last = samples.all.iter().map(|sample| sample.at).max();
        assert!(last >= Some(Duration::from_millis(19)), "at the rate that was asked for: {last:?}");
        // The first was due when it all began, and was answered with the last.
        let longest = samples.all.iter().map(|sample| sample.took).max();
        assert!(longest >= Some(Duration::from_millis(19)), "{longest:?}");
        Ok(())
    }

    #[tokio::test]
    async fn in_an_open_loop_who_is_asked_late_is_as_slow_as_that() -> Done {
        // One after the other, and nobody else gets to run meanwhile.
        let slow = |_| async {
            std::thread::sleep(Duration::from_millis(5));
            Ok(())
        };
        let samples = open(20, 1_000, &ProgressBar::hidden(), Instant::now(), slow).await?;
        let longest = samples.all.iter().map(|sample| sample.took).max();
        assert!(longest >= Some(Duration::from_millis(100 - 19)), "{longest:?}");
        Ok(())
    }
}
