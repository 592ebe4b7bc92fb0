//! What tests of domains and of stores stand on.
//!
//! [`given`] tests a domain without a store, a runtime or a clock; [`contract`] puts a store through the laws.

pub mod contract;
mod diff;
mod given;
mod then;

pub use self::{
    given::{Given, given},
    then::{Then, When},
};
