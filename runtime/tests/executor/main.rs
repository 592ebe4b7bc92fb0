//! The executor's surface, option by option, with a domain written by hand.

#![expect(clippy::panic, clippy::expect_used, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod around;
mod followed;
mod hostile;
mod once;
mod options;
mod outcomes;
mod reading;
mod stats;
mod stores;
mod undecodable;
