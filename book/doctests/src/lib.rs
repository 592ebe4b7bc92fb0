//! Compiles and runs every Rust block of the book.

#[doc = include_str!("../../src/start.md")]
mod start {}
