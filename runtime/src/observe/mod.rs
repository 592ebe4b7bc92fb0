//! What is kept of what happens, in this process and without an exporter: a fixed amount of memory, no lock, no allocation.

mod buckets;
mod histogram;
mod latency;
mod names;
mod outcome;
pub(crate) mod process;
pub(crate) mod pulse;
mod shards;
mod share;

pub(crate) use self::{histogram::Histogram, names::Names, shards::Shards, share::Share};
pub use self::{latency::Latency, outcome::CommandOutcome};
