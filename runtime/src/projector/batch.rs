//! Folding a batch into a value that was empty before it.

use std::{
    error::Error as StdError,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::model::Trouble;
use crate::projection::{Delivery, Projection, ProjectionError};

/// What the handlers take in from these events, begun with a clone of `empty`.
pub(super) fn fold<P: Projection + Clone>(empty: &P, events: &[Delivery<'_>]) -> Result<P, Trouble> {
    // No event is to blame for this one.
    let value = catch_unwind(AssertUnwindSafe(|| empty.clone()));
    let mut value = value.map_err(|panic| Trouble::Broken(ProjectionError::panicked(&*panic)))?;
    for (index, event) in events.iter().enumerate() {
        let error = match catch_unwind(AssertUnwindSafe(|| value.apply(*event))) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error,
            Err(panic) => ProjectionError::panicked(&*panic),
        };
        return Err(Trouble::Event { index, error, before: false });
    }
    Ok(value)
}

/// What came of writing or delivering what was folded, in our words.
pub(super) fn said<E: Into<Box<dyn StdError + Send + Sync>>>(
    ended: std::thread::Result<Result<(), E>>,
) -> Result<(), ProjectionError> {
    match ended {
        Ok(result) => result.map_err(ProjectionError::write),
        Err(panic) => Err(ProjectionError::panicked(&*panic)),
    }
}
