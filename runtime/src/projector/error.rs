//! Why a projector could not do what it was asked.

use std::{fmt, time::Duration};

use super::{model::Trouble, status::Failure};
use crate::error::StoreError;

/// Why a projector could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectorError {
    /// The time allowed was over.
    #[error("`{projection}` has not reached position {position} within {after:?}")]
    Timeout {
        /// The projection.
        projection: String,
        /// The position that was waited for.
        position: u64,
        /// The time allowed.
        after: Duration,
    },
    /// It takes nothing in any more, so that there is nothing to wait for.
    #[error("`{projection}` has stopped before position {position}{}", Why(failure.as_deref()))]
    Stopped {
        /// The projection.
        projection: String,
        /// The position that was waited for.
        position: u64,
        /// Why it stopped; `None` if it was told to.
        failure: Option<Box<Failure>>,
    },
    /// No projection of this name is run here.
    #[error("no projection `{projection}` is run here: check the name, or hand it to the projector")]
    Unknown {
        /// The name.
        projection: String,
    },
    /// It is not this process that runs it, or it does not run just now.
    #[error("`{projection}` is not being run by this process: ask the one that runs it, or resume it")]
    NotHere {
        /// The projection.
        projection: String,
    },
    /// An event could not be taken in.
    #[error("`{projection}` cannot take in what it was to: {failure}")]
    Failed {
        /// The projection.
        projection: String,
        /// Which event, and why.
        failure: Box<Failure>,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Why<'a>(Option<&'a Failure>);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |failure| write!(f, ": {failure}"))
    }
}

impl ProjectorError {
    /// What trouble means to whoever asked for something.
    pub(super) fn of(projection: &str, trouble: Trouble) -> Self {
        match trouble {
            Trouble::Passing(error) => Self::Store(error),
            Trouble::Lost => Self::NotHere { projection: projection.to_owned() },
            Trouble::Event { error, .. } | Trouble::Batch(error) | Trouble::Broken(error) => {
                Self::Failed { projection: projection.to_owned(), failure: Box::new(Failure::of(None, error)) }
            }
        }
    }
}
