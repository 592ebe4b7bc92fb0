//! What a layer and a hook know of an execution before it begins.

use std::fmt;

use crate::{
    executor::{Executor, options::Options},
    metadata::Metadata,
    store::Store,
};

/// An execution that is about to begin.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub(super) executor: &'a Executor,
    pub(super) options: &'a Options,
    pub(super) command: &'static str,
}

impl Call<'_> {
    /// The command's name.
    #[must_use]
    pub fn command(&self) -> &'static str {
        self.command
    }

    /// The name of the log.
    #[must_use]
    pub fn log(&self) -> &str {
        self.executor.store().name()
    }

    /// What its caller says of it: correlation, causation, headers.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.options.metadata
    }

    /// The name under which it takes effect once, if it has one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.options.key.as_deref()
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("command", &self.command)
            .field("metadata", self.metadata())
            .finish_non_exhaustive()
    }
}
