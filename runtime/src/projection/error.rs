//! Why a projection did not take an event in.

use std::{any::Any, error::Error as StdError, sync::Arc};

use crate::{cause::Cause, error::StoreError, stream::StreamName};

/// Why a projection did not take an event in. Cheap to clone: many may ask for the one reason.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The event cannot be read, or the store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream's name does not read as the key that the handler takes.
    #[error(
        "the name of the stream `{stream}` does not read as the key that the handler takes: was the key's form changed, or do two kinds of stream share a category?"
    )]
    Key {
        /// The stream.
        stream: StreamName,
    },
    /// A handler said no.
    #[error("the handler failed: {0}")]
    Handler(#[source] Cause),
    /// Writing the rows, or delivering elsewhere, failed.
    #[error("what the handlers took in could not be written: {0}")]
    Write(#[source] Cause),
    /// Its rows were taken in by another number of partitions: each event counted would be counted by somebody else again.
    #[error(
        "its rows were taken in with `.partitions({before})`, and with `.partitions({now})` events would count twice: rebuild it, or go back to {before}"
    )]
    Partitions {
        /// Among how many it was shared out.
        before: usize,
        /// Among how many it was to be shared out now.
        now: usize,
    },
    /// It may leave streams aside, and has left aside as many as it may.
    #[error(
        "{limit} streams are left aside, and one more would be too many: mend what fails and `replay` them, or allow more with `ProjectionOptions::parked_at_most`; {source}"
    )]
    TooManyParked {
        /// How many it may leave aside.
        limit: usize,
        /// Why it would have left this one aside.
        source: Cause,
    },
    /// Its code panicked: a handler, or what writes, delivers, clones or saves it.
    #[error("its code panicked: {0}")]
    Panicked(Arc<str>),
}

impl ProjectionError {
    /// What a handler said.
    pub fn handler(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Handler(Cause::new(source))
    }

    /// What was said when rows were written.
    pub(crate) fn write(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Write(Cause::new(source))
    }

    /// What a panic said.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(said.unwrap_or("it did not say why").into())
    }
}
