//! Foldline: a language for event-sourced domains, spelled in Rust attributes.

pub use foldline_runtime::*;
