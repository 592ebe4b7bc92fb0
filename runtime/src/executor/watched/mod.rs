//! What an executor keeps of the executions that went through it.

mod gauges;
mod meter;
mod meters;
mod outcome;
mod phase;
mod shard;
mod tally;
#[expect(clippy::module_inception, reason = "it is the thing itself")]
mod watched;

pub use self::tally::Phases;
pub(super) use self::{
    meters::Meters,
    outcome::{outcome_of, outcome_of_failure},
    phase::{Deciding, append_span, load_span},
    shard::Timing,
    tally::Tally,
    watched::Watched,
};
