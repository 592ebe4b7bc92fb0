//! Read models in rows, on a real server: rows and checkpoint commit together, whatever happens.

#[path = "../common/commits.rs"]
mod commits;
#[path = "../common/mod.rs"]
mod common;
#[path = "../postgres/support.rs"]
mod support;

mod disturbed;
mod errors;
mod faults;
mod model;
mod once;
mod owners;
mod places;
mod processes;
mod reading;
mod rebuild;
mod recipe;
#[path = "../common/rows_shared_out.rs"]
mod sharing;
