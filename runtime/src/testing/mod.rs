//! What tests of domains and of stores stand on.
//!
//! [`given`] tests a domain without a store, a runtime or a clock; [`contract`] puts a store through the laws; [`temp_postgres`] is a
//! server to do it on.

pub mod contract;
mod diff;
mod given;
pub mod temp_postgres;
mod then;

pub use self::{
    given::{Given, given},
    queueing::Queueing,
    then::{Then, When},
};
