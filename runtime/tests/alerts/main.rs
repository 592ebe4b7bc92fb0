//! Who is told when an application is slow.

#![expect(clippy::expect_used, clippy::panic, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod told;
mod webhook;
