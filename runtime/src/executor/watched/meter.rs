//! What is counted of one kind of command.

use std::{
    array,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use ::metrics::{Counter, Histogram as Samples, SharedString};

use super::tally::Tally;
use crate::{
    metrics,
    observe::{CommandOutcome, Histogram, Shards},
    stats::CommandStats,
};

/// What is counted of one kind of command.
///
/// The clock takes longer to read than anything here to count, and a command in memory is over in little more than a
/// microsecond. So of commands that wait for nothing one in sixteen is timed, on average, and stands for those since the
/// last. A command that waits has time for the clock, and so has the next one after it: where commands wait, all are timed.
#[derive(Debug)]
pub(in crate::executor) struct Meter {
    shards: Shards<Shard>,
    series: Option<Series>,
}

/// What a thread, or a few, have counted.
#[derive(Debug, Default)]
pub(in crate::executor) struct Shard {
    /// Executions behind the last that stands for others.
    untimed: AtomicU64,
    /// With so many of them, one is timed.
    due: AtomicU64,
    events: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    retries: AtomicU64,
    conflicts: AtomicU64,
    /// By outcome; what was committed is the rest.
    others: [AtomicU64; CommandOutcome::ALL.len()],
    latency: Histogram,
}

/// The command's series, for those who export them.
#[derive(Debug)]
struct Series {
    labels: [SharedString; 2],
    duration: Samples,
    decide: Samples,
    load: Samples,
    retries: Counter,
    conflicts: Counter,
    /// What never comes has no series.
    outcomes: [OnceLock<Counter>; CommandOutcome::ALL.len()],
}

/// How long an execution took, as far as it was looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::executor) struct Timing {
    /// When it began; if it was not to be timed, when it first waited.
    pub(in crate::executor) since: Option<Instant>,
    pub(in crate::executor) waited: bool,
    /// Whether it was timed from its beginning.
    pub(in crate::executor) whole: bool,
}

impl Timing {
    /// Of an execution that begins now.
    #[inline]
    pub(in crate::executor) fn begin(whole: bool) -> Self {
        Self { since: whole.then(Instant::now), waited: false, whole }
    }

    pub(in crate::executor) fn waits(&mut self) {
        self.waited = true;
        self.since.get_or_insert_with(Instant::now);
    }
}

impl Meter {
    pub(super) fn new(log: SharedString, command: &'static str, exported: bool) -> Self {
        Self { shards: Shards::new(), series: exported.then(|| Series::of([log, command.into()])) }
    }

    /// Where this thread counts.
    #[inline]
    pub(in crate::executor) fn shard(&self) -> &Shard {
        self.shards.mine()
    }

    /// Takes in an execution that has ended.
    #[inline]
    pub(super) fn ended(&self, shard: &Shard, outcome: CommandOutcome, timing: Timing, tally: &Tally) {
        shard.count(outcome, tally);
        if timing.since.is_none() && self.series.is_none() {
            shard.untimed.fetch_add(1, Relaxed);
        } else {
            self.ended_in_detail(shard, outcome, timing, tally);
        }
    }

    #[inline(never)]
    fn ended_in_detail(&self, shard: &Shard, outcome: CommandOutcome, timing: Timing, tally: &Tally) {
        let timed = shard.time(timing);
        if let Some(series) = &self.series {
            series.count(outcome, tally, timed.filter(|_| timing.whole));
            if let Some((took, _)) = timed.filter(|_| !timing.whole) {
                series.duration.record(took);
            }
        }
    }

    pub(super) fn stats(&self) -> CommandStats {
        let mut stats = CommandStats::default();
        let mut untimed = 0;
        for shard in self.shards.iter() {
            shard.latency.add_to(&mut stats.latency);
            untimed += shard.untimed.load(Relaxed);
            stats.events += shard.events.load(Relaxed);
            stats.cache_hits += shard.hits.load(Relaxed);
            stats.cache_misses += shard.misses.load(Relaxed);
            stats.retries += shard.retries.load(Relaxed);
            stats.conflicts += shard.conflicts.load(Relaxed);
            for (outcome, count) in CommandOutcome::ALL.into_iter().zip(&shard.others) {
                stats.add(outcome, count.load(Relaxed));
            }
        }
        let others: u64 = stats.outcomes.values().sum();
        stats.add(CommandOutcome::Committed, (stats.latency.count() + untimed).saturating_sub(others));
        stats
    }
}

impl Shard {
    /// Whether the next execution is to be timed.
    #[inline]
    pub(in crate::executor) fn is_due(&self) -> bool {
        self.untimed.load(Relaxed) >= self.due.load(Relaxed)
    }

    #[inline]
    fn count(&self, outcome: CommandOutcome, tally: &Tally) {
        // Nothing is written that does not change: an atomic addition costs more than the question.
        let add = |counter: &AtomicU64, count: u64| {
            if count > 0 {
                counter.fetch_add(count, Relaxed);
            }
        };
        match outcome {
            CommandOutcome::Committed => add(&self.events, u64::from(tally.events)),
            other => add(&self.others[other as usize], 1),
        }
        add(&self.hits, u64::from(tally.hits));
        add(&self.misses, u64::from(tally.misses));
        add(&self.retries, u64::from(tally.retries));
        add(&self.conflicts, u64::from(tally.conflicts));
    }

    /// How long it took, and for how many it stands.
    fn time(&self, Timing { since, waited, .. }: Timing) -> Option<(Duration, u64)> {
        let Some(since) = since else {
            self.untimed.fetch_add(1, Relaxed);
            return None;
        };
        let took = since.elapsed();
        let times = if waited {
            self.due.store(0, Relaxed);
            1
        } else {
            // By chance, so that no rhythm in what is executed escapes it.
            self.due.store(fastrand::u64(8..24), Relaxed);
            self.untimed.swap(0, Relaxed) + 1
        };
        self.latency.record(took, times);
        Some((took, times))
    }
}

impl Series {
    fn of(labels: [SharedString; 2]) -> Self {
        Self {
            duration: metrics::COMMAND_SECONDS.histogram(&labels),
            decide: metrics::DECIDE_SECONDS.histogram(&labels),
            load: metrics::LOAD_SECONDS.histogram(&labels),
            retries: metrics::RETRIES.counter(&labels),
            conflicts: metrics::CONFLICTS.counter(&labels),
            outcomes: array::from_fn(|_| OnceLock::new()),
            labels,
        }
    }

    fn count(&self, outcome: CommandOutcome, tally: &Tally, timed: Option<(Duration, u64)>) {
        let counter = self.outcomes[outcome as usize].get_or_init(|| {
            let [log, command] = self.labels.clone();
            metrics::COMMANDS.counter(&[log, command, outcome.as_str().into()])
        });
        counter.increment(1);
        if tally.retries > 0 {
            self.retries.increment(u64::from(tally.retries));
        }
        if tally.conflicts > 0 {
            self.conflicts.increment(u64::from(tally.conflicts));
        }
        if let Some((took, times)) = timed {
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            self.duration.record_many(took, times);
            let phases = tally.detail.as_ref().map(|detail| detail.phases).unwrap_or_default();
            self.decide.record_many(phases.decide, times);
            if tally.misses > 0 {
                self.load.record(phases.load);
            }
        }
    }
}
