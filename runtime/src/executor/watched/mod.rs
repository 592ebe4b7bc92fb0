//! What an executor keeps of the executions that went through it.

mod gauges;
mod meter;
mod meters;
mod tally;
#[expect(clippy::module_inception, reason = "it is the thing itself")]
mod watched;

pub(super) use self::{meter::Timing, meters::Meters, watched::Watched};
