//! What an error of PostgreSQL means.

use crate::{
    error::StoreError,
    sql::faults::{self, Dialect, Kind},
    writer::Fault,
};

/// The codes of PostgreSQL, `SQLSTATE`.
#[derive(Debug)]
pub(super) struct SqlState;

impl Dialect for SqlState {
    fn kind(code: &str) -> Kind {
        match code {
            // The server ends, or ends the connection; it may have done so after the commit.
            "57P01" | "57P02" | "57P03" | "57P04" | "57P05" => Kind::Connection,
            // The server has ended a transaction that stood idle, or took too long, and the connection with it.
            "25P03" | "25P04" => Kind::Connection,
            // Read-only after a failover, a lock that is not to be had, a statement that took too long.
            "25006" | "55P03" | "57014" => Kind::Transient,
            code if code.starts_with("08") => Kind::Connection,
            // Serialization and deadlock; too many connections, disk full, out of memory.
            code if code.starts_with("40") || code.starts_with("53") => Kind::Transient,
            _ => Kind::Refused,
        }
    }

    fn advice(code: &str) -> Option<&'static str> {
        Some(match code {
            "25006" => "the server is read-only; is it a standby, or was there a failover?",
            "53300" => "the server has no connection left: allow it more, or this store fewer",
            "53100" => "the server's disk is full",
            "57014" => "the statement took longer than `statement_timeout` allows",
            "26000" | "42P05" | "08P01" => {
                "is there a pooler in transaction mode in between? connect with `.pooled(true)`"
            }
            _ => return None,
        })
    }
}

/// Sorts an error by what follows from it.
pub(super) fn kind(error: &sqlx::Error) -> Kind {
    faults::kind::<SqlState>(error)
}

/// The error in our words.
pub(super) fn store_error(doing: &str, error: sqlx::Error) -> StoreError {
    faults::store_error::<SqlState>(doing, error)
}

/// The error of a batch that was sent.
pub(super) fn fault(error: sqlx::Error) -> Fault {
    let kind = kind(&error);
    let error = store_error("appending a batch", error);
    if kind == Kind::Connection { Fault::Lost(error) } else { Fault::Unstored(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for code in ["08006", "08003", "57P01", "57P02", "57P03", "25P03", "25P04"] {
            assert_eq!(SqlState::kind(code), Kind::Connection, "{code}");
        }
        for code in ["40001", "40P01", "53300", "53100", "25006", "57014", "55P03"] {
            assert_eq!(SqlState::kind(code), Kind::Transient, "{code}");
        }
        for code in ["22021", "22P02", "23505", "42501", "54000", "XX000"] {
            assert_eq!(SqlState::kind(code), Kind::Refused, "{code}");
        }
        assert_eq!(kind(&sqlx::Error::Io(std::io::Error::other("gone"))), Kind::Connection);
        assert_eq!(kind(&sqlx::Error::Protocol("half a message".into())), Kind::Connection);
    }
}
