//! One execution, watched.

use super::{
    meter::Meter,
    meters::Meters,
    shard::{Shard, Timing},
    tally::Tally,
};
use crate::observe::CommandOutcome;

/// One execution, watched: where it counts, and what it came through.
pub(in crate::executor) struct Watched<'a> {
    meters: &'a Meters,
    meter: &'a Meter,
    shard: &'a Shard,
    pub(in crate::executor) tally: Tally,
    ended: bool,
}

impl<'a> Watched<'a> {
    #[inline]
    pub(in crate::executor) fn begin(meters: &'a Meters, command: &'static str, closely: bool) -> (Self, Timing) {
        let meter = meters.of(command);
        let shard = meter.shard();
        let timing = Timing::begin(closely || shard.is_due());
        let tally = if meters.begin() || closely { Tally::detailed(timing.since) } else { Tally::default() };
        (Self { meters, meter, shard, tally, ended: false }, timing)
    }

    /// Takes in how it ended, if it has not ended already.
    #[inline]
    pub(in crate::executor) fn end(&mut self, outcome: CommandOutcome, timing: Timing) {
        if !std::mem::replace(&mut self.ended, true) {
            self.meter.ended(self.shard, outcome, timing, &self.tally);
            self.meters.ended(outcome, &self.tally);
        }
    }
}
