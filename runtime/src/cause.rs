//! What somebody else said of a fault, shared.

use std::{error::Error as StdError, fmt, ops::Deref, sync::Arc};

/// What somebody else said of a fault: a driver, a handler, a decoder. Cheap to clone, for many may wait for one answer.
///
/// In the chain of sources it stands as what it is, and is found by its type. An `Arc`, which is an error itself, would be found
/// as an `Arc`:
///
/// ```
/// # use foldline_runtime as foldline;
/// use std::error::Error;
///
/// use foldline::{Cause, StoreError};
///
/// let source = Some(Cause::new(std::io::Error::other("the disk is gone")));
/// let error = StoreError::Failed { context: "reading".into(), source };
/// assert!(error.source().is_some_and(|source| source.is::<std::io::Error>()));
/// ```
// No error itself, on purpose: `thiserror` then takes what it points to for the source.
#[derive(Clone)]
pub struct Cause(Arc<dyn StdError + Send + Sync>);

impl Cause {
    /// What was said: an error, or a text.
    pub fn new(said: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::from(said.into()))
    }
}

impl Deref for Cause {
    type Target = dyn StdError + Send + Sync;

    fn deref(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
