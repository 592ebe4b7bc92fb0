//! What is counted of one kind of command.

use std::{array, sync::OnceLock, time::Duration};

use ::metrics::{Counter, Histogram, SharedString};

use super::{
    shard::{Shard, Timing},
    tally::Tally,
};
use crate::{
    metrics,
    observe::{CommandOutcome, Shards},
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

/// The command's series, for those who export them.
#[derive(Debug)]
struct Series {
    labels: [SharedString; 2],
    duration: Histogram,
    decide: Histogram,
    load: Histogram,
    retries: Counter,
    conflicts: Counter,
    /// What never comes has no series.
    outcomes: [OnceLock<Counter>; CommandOutcome::ALL.len()],
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
        if self.series.is_some() || !shard.count_quickly(outcome, timing, tally) {
            self.ended_in_detail(shard, outcome, timing, tally);
        }
    }

    #[inline(never)]
    fn ended_in_detail(&self, shard: &Shard, outcome: CommandOutcome, timing: Timing, tally: &Tally) {
        let timed = shard.count(outcome, timing, tally);
        if let Some(series) = &self.series {
            series.count(outcome, tally);
            if let Some((took, times)) = timed {
                series.time(took, times, tally, timing.whole);
            }
        }
    }

    pub(super) fn stats(&self) -> CommandStats {
        let mut stats = CommandStats::default();
        self.shards.iter().for_each(|shard| shard.add_to(&mut stats));
        stats
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

    fn count(&self, outcome: CommandOutcome, tally: &Tally) {
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
    }

    /// It took so long, and so did `times` less one like it. Of what was not timed from its beginning nobody knows the parts.
    fn time(&self, took: Duration, times: u64, tally: &Tally, whole: bool) {
        let times = usize::try_from(times).unwrap_or(usize::MAX);
        self.duration.record_many(took, times);
        if let Some(detail) = tally.detail.as_ref().filter(|_| whole) {
            self.decide.record_many(detail.phases.decide, times);
            if tally.misses > 0 {
                self.load.record(detail.phases.load);
            }
        }
    }
}
