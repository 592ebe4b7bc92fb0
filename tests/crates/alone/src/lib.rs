//! A domain that depends on Foldline and nothing else, under lints that forgive nothing.
//!
//! That this crate compiles, and that clippy is silent about it, is most of the test: the macros' output needs no serde of
//! its user's, warns about nothing, and minds no name that its user gives.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    let_underscore_drop,
    non_ascii_idents,
    redundant_lifetimes,
    unit_bindings
)]
#![forbid(unsafe_code)]

mod every_attribute;
mod keys;
mod names_of_the_prelude;
mod projections;

pub use self::{
    every_attribute::{Clear, Count, Counter, CounterEvent, CounterFacts, Move, Tick, Tidy},
    keys::{CounterId, ShelfId},
    projections::Inventory,
};
