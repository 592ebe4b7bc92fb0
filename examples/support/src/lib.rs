//! What a program around a domain needs and its domain does not: a store by its URL, an API over HTTP, load, the log on a
//! terminal. Both applications stand on it. It is not published: copy what you like.

pub mod http;
pub mod load;
pub mod log;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::store::{Opened, StoreArgs};
