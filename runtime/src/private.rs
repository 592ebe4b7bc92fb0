//! What the macros' output stands on. Not part of the public interface: it may change in any release.

pub use crate::command::fingerprint::{Probe, ProbeDebug, ProbeNothing};
