//! What an executor keeps of the executions that went through it.

mod gauges;
mod meter;
mod meters;
mod outcome;
mod tally;
#[expect(clippy::module_inception, reason = "it is the thing itself")]
mod watched;

pub use self::tally::Phases;
pub(super) use self::{meter::Timing, meters::Meters, outcome::outcome_of, tally::Tally, watched::Watched};
