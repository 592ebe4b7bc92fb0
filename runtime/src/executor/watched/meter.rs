//! What is counted of one kind of command.

use std::{array, sync::OnceLock};

use ::metrics::{Counter, Histogram, SharedString};

use super::{
    shard::{Bundle, Shard, Timed},
    tally::{Phases, Tally},
};
use crate::{
    metrics,
    observe::{CommandOutcome, Shards},
    stats::CommandStats,
};

/// What is counted of one kind of command.
///
/// The clock takes longer to read than anything here to count, and a command in memory is over in little more than a
/// microsecond. So of commands that wait for nothing the first few are timed, and then one in 64, on average, which stands for
/// those since the last. A command that waits has time for the clock, and so has the next one after it: where commands wait, all are timed.
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

    /// Where all threads count.
    pub(super) fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter()
    }

    /// Tells exporters of an execution that has ended.
    pub(super) fn tell(&self, outcome: CommandOutcome, tally: &Tally) {
        if let Some(series) = &self.series {
            series.count(outcome, 1);
            series.count_again(tally);
        }
    }

    /// Tells exporters of executions that were over at once.
    pub(super) fn tell_bundle(&self, bundle: &Bundle) {
        if let Some(series) = &self.series {
            series.count(CommandOutcome::Committed, bundle.count);
        }
    }

    /// Tells exporters how long an execution took. Of one that was not timed from its beginning nobody knows the parts.
    pub(super) fn tell_time(&self, timed: &Timed, whole: bool, tally: &Tally) {
        if let Some(series) = &self.series {
            series.time(timed, tally.detail.as_ref().filter(|_| whole).map(|detail| &detail.phases), tally.misses > 0);
        }
    }

    pub(super) fn add_to(&self, stats: &mut CommandStats) {
        self.shards.iter().for_each(|shard| shard.add_to(stats));
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

    fn count(&self, outcome: CommandOutcome, times: u64) {
        let counter = self.outcomes[outcome as usize].get_or_init(|| {
            let [log, command] = self.labels.clone();
            metrics::COMMANDS.counter(&[log, command, outcome.as_str().into()])
        });
        counter.increment(times);
    }

    fn count_again(&self, tally: &Tally) {
        if tally.retries > 0 {
            self.retries.increment(u64::from(tally.retries));
        }
        if tally.conflicts > 0 {
            self.conflicts.increment(u64::from(tally.conflicts));
        }
    }

    /// The whole stands for all that it stands for, so that as many are timed as there were; its phases for themselves.
    fn time(&self, timed: &Timed, phases: Option<&Phases>, has_read: bool) {
        self.duration.record_many(timed.took, usize::try_from(timed.times).unwrap_or(usize::MAX));
        if let Some(phases) = phases {
            self.decide.record(phases.decide);
            if has_read {
                self.load.record(phases.load);
            }
        }
    }
}
