//! Putting a bank under load.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fastrand::Rng;
use serde::{Deserialize, Serialize};

use crate::{
    bank::{Bank, Done, Fault},
    cpu::{self, Used},
    ledger::Ledger,
    workload::Workload,
};

/// How much work, and how much of it at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) workload: Workload,
    pub(crate) concurrency: usize,
    pub(crate) until: Until,
    /// The same for every system, so that all are asked for the same work in the same order.
    pub(crate) seed: u64,
}

/// When it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    Seconds(f64),
    /// So many commands a task.
    Commands(usize),
}

/// What came of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) done: u64,
    pub(crate) seconds: f64,
    /// Of acknowledged commands: nanoseconds, sorted.
    pub(crate) times: Vec<u64>,
    /// Commands given up after conflicts.
    pub(crate) conflicts: u64,
    pub(crate) failed: u64,
    pub(crate) first_failure: Option<String>,
    /// Conflicts that were tried again inside of the system, where it tells.
    pub(crate) retried: Option<u64>,
    /// Seconds.
    pub(crate) cpu: Used<f64>,
    /// Bytes.
    pub(crate) memory: Used<u64>,
    /// Round trips to the server, where somebody counted.
    pub(crate) trips: Option<u64>,
}

impl Measured {
    pub(crate) fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.done as f64 / self.seconds } else { 0.0 }
    }

    /// The time within which this share of the commands was acknowledged.
    pub(crate) fn within(&self, share: f64) -> Duration {
        let index = (self.times.len() as f64 * share) as usize;
        let time = self.times.get(index.min(self.times.len().saturating_sub(1)));
        Duration::from_nanos(time.copied().unwrap_or_default())
    }

    /// Adds what another task, or another process, measured at the same time.
    pub(crate) fn join(&mut self, other: Self) {
        self.done += other.done;
        self.seconds = self.seconds.max(other.seconds);
        self.times.extend(other.times);
        self.times.sort_unstable();
        self.conflicts += other.conflicts;
        self.failed += other.failed;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.retried = self.retried.zip(other.retried).map(|(one, two)| one + two);
        self.cpu.client += other.cpu.client;
        self.memory.client += other.memory.client;
    }
}

/// Runs a load to its end. What was acknowledged is in the ledger.
pub(crate) async fn drive(bank: &Arc<dyn Bank>, load: Load, ledger: &Arc<Ledger>) -> Result<Measured, Fault> {
    let (client, server, retried) = (cpu::client(), cpu::server(), bank.retried());
    let began = Instant::now();
    let tasks: Vec<_> = (0..load.concurrency)
        .map(|nth| tokio::spawn(work(Arc::clone(bank), load, nth as u64, Arc::clone(ledger), began)))
        .collect();
    let mut all = Measured::default();
    for task in tasks {
        let mut one = task.await?;
        all.times.append(&mut one.times);
        all.done += one.done;
        all.conflicts += one.conflicts;
        all.failed += one.failed;
        all.first_failure = all.first_failure.or(one.first_failure);
    }
    all.seconds = began.elapsed().as_secs_f64();
    all.times.sort_unstable();
    all.retried = bank.retried().zip(retried).map(|(after, before)| after - before);
    // Of a server that another process watches, this one knows nothing.
    all.cpu = Used { client: cpu::client() - client, server: cpu::server() - server };
    all.memory = Used { client: cpu::client_memory(), server: cpu::server_memory() };
    Ok(all)
}

async fn work(bank: Arc<dyn Bank>, load: Load, nth: u64, ledger: Arc<Ledger>, began: Instant) -> Measured {
    let mut rng = Rng::with_seed(load.seed.wrapping_mul(1_000_003).wrapping_add(nth));
    let mut measured = Measured::default();
    let mut asked = 0;
    let mut now = Instant::now();
    loop {
        let is_over = match load.until {
            Until::Seconds(seconds) => now.duration_since(began).as_secs_f64() >= seconds,
            Until::Commands(most) => asked >= most,
        };
        if is_over {
            return measured;
        }
        asked += 1;
        let start = now;
        let done = load.workload.act(&*bank, &mut rng, &ledger).await;
        now = Instant::now();
        match done {
            Done::Yes => {
                measured.done += 1;
                measured.times.push(now.duration_since(start).as_nanos() as u64);
            }
            Done::Conflict => measured.conflicts += 1,
            Done::Failed(failure) => {
                measured.failed += 1;
                measured.first_failure.get_or_insert(failure);
            }
        }
    }
}
