//! What a recorder gets to see. Only one can be installed in a process, and so one program tests all of it.

#![expect(clippy::panic, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod every_metric;
mod seen;
