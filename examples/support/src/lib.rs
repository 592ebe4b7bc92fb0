//! What a program around a domain needs and its domain does not: a store by its URL, an API over HTTP, load, the log on a
//! terminal, a story. Both applications stand on it. It is not published: copy what you like.

use std::process::ExitCode;

pub mod http;
pub mod load;
pub mod log;
mod service;
mod signals;
mod store;
pub mod story;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::{
    service::Service,
    store::{Opened, StoreArgs},
};

/// What anything here comes to.
pub type Done<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// How a program ends: whatever went wrong is said in words.
#[must_use]
pub fn end(done: Done) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
