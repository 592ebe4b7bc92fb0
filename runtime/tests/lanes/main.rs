//! Commands that meet: in one lane, on states that are not durable yet, and on their way out.

#![expect(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod beneath;
mod cache;
mod cancelled;
mod early;
mod gate;
mod others;
mod pauses;
mod shutdown;

type Done = Result<(), Box<dyn std::error::Error>>;
