//! One execution, watched.

use super::{
    meter::Meter,
    meters::Meters,
    shard::{Shard, Timing},
    tally::Tally,
};
use crate::observe::{CommandOutcome, SEEN};

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
        let tally = if meters.begin() || closely { Tally::detailed(timing.since) } else { Tally::default() };
        (Self { place: Some(Place { meters, meter, shard }), tally }, timing)
    }

    /// Takes in how it ended, if it has not ended already.
    #[inline]
    pub(in crate::executor) fn end(&mut self, outcome: CommandOutcome, timing: Timing) {
        if SEEN && let Some(Place { meters, meter, shard }) = self.place.take() {
            meter.ended(shard, outcome, timing, &self.tally);
            meters.ended(outcome, &self.tally);
        }
    }
}
