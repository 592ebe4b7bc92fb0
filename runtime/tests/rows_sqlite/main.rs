//! Read models in rows of the log's own file: rows and checkpoint commit together, whatever happens.

#[allow(dead_code, reason = "each test program uses its own part")]
#[path = "../common/commits.rs"]
mod commits;
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code, unused_imports, reason = "each test program uses its own part")]
#[path = "../sqlite/support.rs"]
mod support;

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
