//! What an error of a database means.

use crate::{cause::Cause, error::StoreError};

/// What is known after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The connection is gone. What was under way may have happened.
    Connection,
    /// The database answered that it cannot just now. Nothing happened.
    Transient,
    /// The database answered that it will not. Nothing happened.
    Refused,
}

/// What a database means by the codes of its errors.
pub(crate) trait Dialect {
    /// What follows from an error with this code.
    fn kind(code: &str) -> Kind;

    /// What to do about it, where the database's own words do not say.
    fn advice(code: &str) -> Option<&'static str>;
}

/// Sorts an error by what follows from it.
pub(crate) fn kind<D: Dialect>(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Database(reply) => reply.code().map_or(Kind::Refused, |code| D::kind(&code)),
        // What could not be encoded was not sent; what is misconfigured stays so.
        sqlx::Error::Encode(_) | sqlx::Error::InvalidArgument(_) | sqlx::Error::Configuration(_) => Kind::Refused,
        // Anything else leaves open what the database did.
        _ => Kind::Connection,
    }
}

/// Whether an error that came out of somebody else's work would not be there a little later. What was asked for in vain, or
/// came back in another form than was thought, is no fault of the database's.
pub(crate) fn is_passing<D: Dialect>(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(_) => kind::<D>(error) != Kind::Refused,
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed | sqlx::Error::PoolTimedOut => true,
        // Of `Protocol` the connection's state tells: it is said of a broken answer, and as well of a statement that binds too
        // much, which was never sent.
        _ => false,
    }
}

/// The error in our words.
pub(crate) fn store_error<D: Dialect>(doing: &str, error: sqlx::Error) -> StoreError {
    let kind = kind::<D>(&error);
    let said = explain::<D>(&error);
    let context = if said.is_empty() { doing.into() } else { format!("{doing}: {said}").into() };
    let source = Some(Cause::new(error));
    match kind {
        Kind::Connection | Kind::Transient => StoreError::Unavailable { context, source },
        Kind::Refused => StoreError::Failed { context, source },
    }
}

/// The error of somebody else's work in our words, where the connection was sound after it: what was asked for in vain, or
/// came back in another form than was thought, would be so the next time as well.
pub(crate) fn work_error<D: Dialect>(doing: &str, error: sqlx::Error) -> StoreError {
    match error {
        error @ sqlx::Error::Database(_) => store_error::<D>(doing, error),
        error => StoreError::Failed { context: format!("{doing}: {error}").into(), source: Some(Cause::new(error)) },
    }
}

/// What the database said, and what to do about it.
fn explain<D: Dialect>(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(reply) = error else { return error.to_string() };
    match reply.code().and_then(|code| D::advice(&code)) {
        Some(advice) => format!("{} ({advice})", reply.message()),
        None => reply.message().to_owned(),
    }
}
