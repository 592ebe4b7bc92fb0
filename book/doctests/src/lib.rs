//! Compiles and runs every Rust block of the book.

#[doc = include_str!("../../src/start.md")]
mod start {}

#[doc = include_str!("../../src/tutorial/bank.md")]
mod bank {}

#[doc = include_str!("../../src/guide/promises.md")]
mod promises {}

#[doc = include_str!("../../src/guide/stores.md")]
mod stores {}

#[doc = include_str!("../../src/guide/projections.md")]
mod projections {}

#[doc = include_str!("../../src/guide/observing.md")]
mod observing {}

#[doc = include_str!("../../src/guide/by-hand.md")]
mod by_hand {}

#[doc = include_str!("../../src/reference/attributes.md")]
mod attributes {}

#[doc = include_str!("../../src/reference/errors.md")]
mod errors {}

#[doc = include_str!("../../src/reference/limits.md")]
mod limits {}

#[doc = include_str!("../../src/reference/metrics.md")]
mod metrics {}

#[doc = include_str!("../../src/glossary.md")]
mod glossary {}
