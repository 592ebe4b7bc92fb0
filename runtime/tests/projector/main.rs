//! Projections and what runs them: read models written by hand, against real stores.

#![expect(clippy::panic, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod elsewhere;
mod errors;
mod in_memory;
mod models;
mod panics;
mod rebuild;
mod sharing;

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;
