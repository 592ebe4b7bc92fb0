//! What an error of the database means.

use std::sync::Arc;

use crate::{error::StoreError, writer::Fault};

/// What is known after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The connection is gone. What was under way may have happened.
    Connection,
    /// The database answered that it cannot just now. Nothing happened.
    Transient,
    /// The database answered that it will not. Nothing happened.
    Refused,
}

/// Sorts an error by what follows from it.
pub(super) fn kind(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Database(reply) => reply.code().map_or(Kind::Refused, |code| kind_of_code(&code)),
        // What could not be encoded was not sent; what is misconfigured stays so.
        sqlx::Error::Encode(_) | sqlx::Error::InvalidArgument(_) | sqlx::Error::Configuration(_) => Kind::Refused,
        // Anything else leaves open what the server did.
        _ => Kind::Connection,
    }
}

fn kind_of_code(code: &str) -> Kind {
    match code {
        // The server ends, or ends the connection; it may have done so after the commit.
        "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => Kind::Connection,
        // Read-only after a failover, a lock that is not to be had, a statement that took too long.
        "25006" | "55P03" | "57014" => Kind::Transient,
        code if code.starts_with("08") => Kind::Connection,
        // Serialization and deadlock; too many connections, disk full, out of memory.
        code if code.starts_with("40") || code.starts_with("53") => Kind::Transient,
        _ => Kind::Refused,
    }
}

/// The error in our words.
pub(super) fn store_error(doing: &str, error: sqlx::Error) -> StoreError {
    let kind = kind(&error);
    let said = explain(&error);
    let context = if said.is_empty() { doing.into() } else { format!("{doing}: {said}").into() };
    let source = Some(Arc::new(error) as _);
    match kind {
        Kind::Connection | Kind::Transient => StoreError::Unavailable { context, source },
        Kind::Refused => StoreError::Failed { context, source },
    }
}

/// The error of a batch that was sent.
pub(super) fn fault(error: sqlx::Error) -> Fault {
    let kind = kind(&error);
    let error = store_error("appending a batch", error);
    if kind == Kind::Connection { Fault::Lost(error) } else { Fault::Unstored(error) }
}

/// What the database said, and what to do about it.
fn explain(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(reply) = error else { return error.to_string() };
    let advice = match reply.code().as_deref() {
        Some("25006") => "the server is read-only; is it a standby, or was there a failover?",
        Some("53300") => "the server has no connection left: allow it more, or this store fewer",
        Some("53100") => "the server's disk is full",
        Some("57014") => "the statement took longer than `statement_timeout` allows",
        Some("26000" | "42P05" | "08P01") => {
            "is there a pooler in transaction mode in between? connect with `.pooled(true)`"
        }
        _ => return reply.message().to_owned(),
    };
    format!("{} ({advice})", reply.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for code in ["08006", "08003", "57P01", "57P02", "57P03"] {
            assert_eq!(kind_of_code(code), Kind::Connection, "{code}");
        }
        for code in ["40001", "40P01", "53300", "53100", "25006", "57014", "55P03"] {
            assert_eq!(kind_of_code(code), Kind::Transient, "{code}");
        }
        for code in ["22021", "22P02", "23505", "42501", "54000", "XX000"] {
            assert_eq!(kind_of_code(code), Kind::Refused, "{code}");
        }
        assert_eq!(kind(&sqlx::Error::Io(std::io::Error::other("gone"))), Kind::Connection);
        assert_eq!(kind(&sqlx::Error::Protocol("half a message".into())), Kind::Connection);
    }
}
