//! An execution's end as one word.

use crate::{
    error::ExecuteError,
    executor::{committed::Committed, machine::Failure},
    observe::CommandOutcome,
};

/// What an execution came to, in one word.
pub(in crate::executor) fn outcome_of(ended: &Result<Committed, Failure>) -> CommandOutcome {
    match ended {
        Ok(committed) if committed.replayed() => CommandOutcome::Replayed,
        Ok(_) => CommandOutcome::Committed,
        Err(failure) => outcome_of_failure(failure),
    }
}

pub(in crate::executor) fn outcome_of_failure(failure: &Failure) -> CommandOutcome {
    match failure {
        Failure::Rejected => CommandOutcome::Rejected,
        Failure::Panicked => CommandOutcome::Panicked,
        Failure::Other(error) => match error {
            ExecuteError::Rejected(never) => match *never {},
            ExecuteError::SameStream { .. } => CommandOutcome::SameStream,
            ExecuteError::AlreadyExists { .. } => CommandOutcome::AlreadyExists,
            ExecuteError::NotFound { .. } => CommandOutcome::NotFound,
            ExecuteError::Conflict { .. } => CommandOutcome::Conflict,
            ExecuteError::VersionMismatch { .. } => CommandOutcome::VersionMismatch,
            ExecuteError::KeyReused { .. } => CommandOutcome::KeyReused,
            ExecuteError::Encode { .. } => CommandOutcome::Encode,
            ExecuteError::Timeout { .. } => CommandOutcome::Timeout,
            ExecuteError::TooManyHops => CommandOutcome::TooManyHops,
            ExecuteError::Denied { .. } => CommandOutcome::Denied,
            ExecuteError::Store(_) => CommandOutcome::StoreFailed,
        },
    }
}
