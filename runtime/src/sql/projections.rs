//! What projections' checkpoints and rows come to, on any SQL database.

use std::{error::Error as StdError, sync::Arc};

use super::faults::{Dialect, Kind, is_passing, kind, store_error};
use crate::{
    cause::Cause,
    error::StoreError,
    projection::ProjectionError,
    store::{Checkpoint, Lease, Parked, WriteFault},
};

pub(crate) const WRITING: &str = "writing rows";

/// The lease that stands there once a step was taken.
pub(crate) fn next_step(lease: &Lease) -> Lease {
    Lease { fence: lease.fence + 1, ..lease.clone() }
}

/// What the shares' checkpoints are kept under, as a list in SQL. They are made of letters, digits, `_` and `/`.
pub(crate) fn names_of(leases: &[(Lease, Checkpoint)]) -> String {
    let quoted: Vec<String> = leases.iter().map(|(lease, _)| format!("'{}'", lease.name.replace('\'', "''"))).collect();
    quoted.join(", ")
}

pub(crate) fn parked_text(parked: &[Parked]) -> String {
    // Texts and numbers always have a JSON text.
    serde_json::to_string(parked).unwrap_or_else(|_| String::from("[]"))
}

pub(crate) fn parked_of(text: &[u8]) -> Result<Vec<Parked>, sqlx::Error> {
    serde_json::from_slice(text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// A checkpoint that does not read.
pub(crate) fn broken(error: sqlx::Error) -> StoreError {
    let context = "a checkpoint cannot be read: was it changed by hand?".into();
    StoreError::Failed { context, source: Some(Cause::new(error)) }
}

/// A fault of the database, whatever was done.
pub(crate) fn failed<D: Dialect>(error: sqlx::Error) -> WriteFault {
    WriteFault::Store(store_error::<D>(WRITING, error))
}

/// What went wrong in work that is not ours: it is to blame, unless the database could not just then.
pub(crate) fn worked<D: Dialect>(error: ProjectionError) -> WriteFault {
    match driver_error(&error).filter(|said| is_passing::<D>(said)).map(ToString::to_string) {
        Some(said) => unavailable(&said, error),
        None => WriteFault::Work(error),
    }
}

/// The same, where the transaction could not be rolled back either: on a connection that is gone no work can be done, whatever
/// its own words for that are.
pub(crate) fn not_rolled_back<D: Dialect>(fault: WriteFault, error: &sqlx::Error) -> WriteFault {
    match fault {
        WriteFault::Work(work) if kind::<D>(error) == Kind::Connection => unavailable(&error.to_string(), work),
        fault => fault,
    }
}

fn unavailable(said: &str, error: ProjectionError) -> WriteFault {
    let (context, source) = (format!("{WRITING}: {said}").into(), Some(Cause::new(error)));
    WriteFault::Store(StoreError::Unavailable { context, source })
}

/// What the driver said, if that is what somebody else's error came of.
fn driver_error(error: &ProjectionError) -> Option<&sqlx::Error> {
    let mut cause = error.source();
    while let Some(one) = cause {
        if let Some(said) = one.downcast_ref().or_else(|| one.downcast_ref::<Arc<sqlx::Error>>().map(Arc::as_ref)) {
            return Some(said);
        }
        // An error that is shared has the type of what shares it.
        cause = match one.downcast_ref::<Arc<dyn StdError + Send + Sync>>() {
            Some(shared) => Some(&**shared),
            None => one.source(),
        };
    }
    None
}

/// What a failed end of a transaction means: constraints that are looked at only then are the work's own.
pub(crate) fn not_committed<D: Dialect>(error: sqlx::Error) -> WriteFault {
    if kind::<D>(&error) == Kind::Refused {
        WriteFault::Work(ProjectionError::write(error))
    } else {
        failed::<D>(error)
    }
}

/// The fault of something in which nobody else's work was done.
pub(crate) fn plain(fault: WriteFault) -> StoreError {
    let refuse = |context: String| StoreError::Failed { context: context.into(), source: None };
    match fault {
        WriteFault::Store(error) => error,
        WriteFault::Work(error) => refuse(error.to_string()),
        WriteFault::Lost => refuse("the projection is somebody else's now".into()),
    }
}
