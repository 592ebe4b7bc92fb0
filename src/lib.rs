#![doc = include_str!("guide.md")]

// So that the macros' paths lead here from this crate's own examples too.
extern crate self as foldline;

pub use foldline_macros::{Command, Event, event, on, projection, stream};
pub use foldline_runtime::*;

/// Refuses, unless something holds: `ensure!(balance >= amount, BankError::InsufficientFunds)`.
///
/// Returns `Err` with the error, turned into the function's own error type if need be (`From`).
#[macro_export]
macro_rules! ensure {
    ($holds:expr, $error:expr $(,)?) => {
        if !$holds {
            return ::core::result::Result::Err(::core::convert::From::from($error));
        }
    };
}

/// The words that a domain file speaks: `use foldline::prelude::*;`.
///
/// The traits `Stream`, `Event` and `Command` are not here, since other crates' preludes have their own: they are
/// `foldline::Stream` and so on. The macros of these names are.
pub mod prelude {
    pub use foldline_macros::{Command, Event, event, on, projection, stream};
    pub use foldline_runtime::{
        AnyStore, Committed, Decide, ExecuteError, Executor, InMemory, Loaded, MemoryStore, Projector, StoreError,
        StreamMap, StreamMut, StreamRef, storage::Store as _,
    };

    pub use crate::ensure;
}
