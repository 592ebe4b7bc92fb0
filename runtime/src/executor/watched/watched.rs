//! One execution, watched.

use super::{
    meter::Meter,
    meters::Meters,
    shard::{Shard, Timing},
    tally::Tally,
};
use crate::{
    observe::{CommandOutcome, SEEN},
    store::Commit,
};

/// One execution, watched: where it counts, and what it came through.
pub(in crate::executor) struct Watched<'a> {
    /// Nowhere once it has ended.
    place: Option<Place<'a>>,
    pub(in crate::executor) tally: Tally,
}

/// Where an execution counts.
struct Place<'a> {
    meters: &'a Meters,
    meter: &'a Meter,
    shard: &'a Shard,
    /// Whether somebody exports it.
    exported: bool,
}

impl<'a> Watched<'a> {
    #[inline]
    pub(in crate::executor) fn begin(meters: &'a Meters, command: &'static str, closely: bool) -> (Self, Timing) {
        if !SEEN {
            return (Self { place: None, tally: Tally::default() }, Timing::begin(false));
        }
        let meter = meters.of(command);
        let shard = meter.shard();
        let timing = Timing::begin(closely || shard.is_due());
        let exported = meters.begin();
        let detailed = closely || (exported && timing.whole);
        let tally = if detailed { Tally::detailed(timing.since) } else { Tally::default() };
        (Self { place: Some(Place { meters, meter, shard, exported }), tally }, timing)
    }

    /// It is about to submit this.
    #[inline]
    pub(in crate::executor) fn submits(&mut self, commit: &Commit) {
        if SEEN {
            self.tally.events = commit.events().len() as u32;
            if let Some(Place { shard, exported: true, .. }) = self.place {
                self.tally.submits(commit, shard.is_usual(commit));
            }
        }
    }

    /// Takes in how it ended, if it has not ended already.
    #[inline]
    pub(in crate::executor) fn end(&mut self, outcome: CommandOutcome, timing: Timing) {
        if SEEN
            && let Some(Place { meters, meter, shard, .. }) = self.place.take()
            && !shard.count_quickly(outcome, timing, &self.tally)
        {
            meters.count((meter, shard), outcome, timing, &self.tally);
        }
    }
}
