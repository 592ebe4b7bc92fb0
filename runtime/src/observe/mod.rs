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

/// Whether commands are counted and can be traced. They always are, but in a build with `--cfg foldline_unseen`: what that
/// saves is what being seen costs, and `cargo xtask bench --seen` measures it.
pub(crate) const SEEN: bool = !cfg!(foldline_unseen);
