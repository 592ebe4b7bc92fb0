//! What tests of domains and of stores stand on.
//!
//! [`given`] tests a domain without a store, a runtime or a clock; [`contract`] puts a store through the laws;
//! [`Queueing`] makes many commands meet; [`temp_postgres`] is a server for them, with [`TempPooler`] before it, and
//! [`TempFolder`] a place for files.
//!
//! | what a test wants | it takes |
//! | --- | --- |
//! | to know whether a decision is right | [`given`]`().stream(…).when(…).then(…)` |
//! | many commands that get into each other's way | [`Queueing`] before a store in memory |
//! | two processes | two executors on one [`Queueing`] store |
//! | a caller who leaves | an execution that is dropped |
//! | a log on a disk | [`TempFolder`] |
//! | a server, that may lose power or run out of disk | [`TempPostgres`](temp_postgres::TempPostgres) |
//! | a pooler in between | [`TempPooler`] |
//! | to try a store of one's own | `foldline::store_contract!` |

pub mod contract;
mod diff;
mod given;
mod programs;
mod queueing;
mod temp_folder;
mod temp_pooler;
pub mod temp_postgres;
#[cfg(feature = "postgres")]
mod temp_schema;
mod then;

#[cfg(feature = "postgres")]
pub use self::temp_schema::TempSchema;
pub use self::{
    given::{Given, given},
    queueing::Queueing,
    temp_folder::TempFolder,
    temp_pooler::TempPooler,
    then::{Then, When},
};
