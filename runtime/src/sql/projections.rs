//! What projections' checkpoints and rows come to, on any SQL database.

use std::{error::Error as StdError, sync::Arc};

use super::faults::{Dialect, Kind, kind, store_error};
use crate::{
    error::StoreError,
    projection::ProjectionError,
    store::{Lease, Parked, WriteFault},
};

pub(crate) const WRITING: &str = "writing rows";

/// The lease that stands there once a step was taken.
pub(crate) fn next_step(lease: &Lease) -> Lease {
    Lease { fence: lease.fence + 1, ..lease.clone() }
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
    StoreError::Failed { context, source: Some(Arc::new(error)) }
}

/// A fault of the database, whatever was done.
pub(crate) fn failed<D: Dialect>(error: sqlx::Error) -> WriteFault {
    WriteFault::Store(store_error::<D>(WRITING, error))
}

/// What went wrong in work that is not ours: it is to blame, unless the database could not just then.
pub(crate) fn worked<D: Dialect>(error: ProjectionError) -> WriteFault {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(one) = cause {
        match one.downcast_ref::<sqlx::Error>().map(kind::<D>) {
            Some(Kind::Connection | Kind::Transient) => {
                let (context, source) = (format!("{WRITING}: {one}").into(), Some(Arc::new(error) as _));
                return WriteFault::Store(StoreError::Unavailable { context, source });
            }
            Some(Kind::Refused) => break,
            None => cause = one.source(),
        }
    }
    WriteFault::Work(error)
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
