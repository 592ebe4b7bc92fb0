//! The store on PostgreSQL, against a real server: what the conformance suite cannot ask of every store.

mod beyond;
#[path = "../common/commits.rs"]
mod commits;
#[path = "../common/mod.rs"]
mod common;
mod faults;
mod full_disk;
mod hygiene;
mod proxy;
mod races;
mod support;
mod tailing;
