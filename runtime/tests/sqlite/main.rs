//! The store on SQLite, on real files: what the conformance suite cannot ask of every store.

mod backup;
#[path = "../common/commits.rs"]
mod commits;
mod faults;
#[cfg(unix)]
mod full_disk;
mod hygiene;
mod large;
mod opening;
mod races;
mod support;
