//! What an error of SQLite means.

use crate::{
    error::StoreError,
    sql::faults::{self, Dialect, Kind},
};

/// SQLite's result codes: the low byte is what happened, the rest where.
#[derive(Debug)]
pub(super) struct ResultCodes;

const BUSY: i32 = 5;
const READONLY: i32 = 8;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;
const CONSTRAINT_TRIGGER: &str = "1811";

impl Dialect for ResultCodes {
    fn kind(code: &str) -> Kind {
        match primary(code) {
            // Locked by somebody else, out of memory, interrupted, disk full, a race for the WAL that others won.
            BUSY | 6 | 7 | 9 | FULL | 15 => Kind::Transient,
            // What the operating system refused is not known to have come to nothing.
            10 | CANTOPEN => Kind::Connection,
            _ => Kind::Refused,
        }
    }

    fn advice(code: &str) -> Option<&'static str> {
        Some(match primary(code) {
            BUSY => "somebody else holds the file's write lock: allow a longer `busy_timeout`",
            READONLY => "the file, or the directory it lies in, may not be written",
            11 => "the file is damaged: restore it from a backup",
            FULL => "is there room on the disk?",
            CANTOPEN => "does its directory exist, and may this process write into it?",
            NOTADB => "it is another kind of file: give another path",
            _ => return None,
        })
    }
}

fn primary(code: &str) -> i32 {
    code.parse().map_or(0, |code: i32| code & 0xff)
}

/// Sorts an error by what follows from it.
pub(super) fn kind(error: &sqlx::Error) -> Kind {
    faults::kind::<ResultCodes>(error)
}

/// Whether a commit that failed like this is none, also after a crash: for want of a lock or of room, the last page of it,
/// which makes it one, was not written. After anything else it may have been.
pub(super) fn wrote_no_commit(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|reply| reply.code().map(|code| primary(&code)));
    matches!(code, Some(BUSY | FULL))
}

/// Whether somebody else holds the write lock.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|reply| reply.code().map(|code| primary(&code))) == Some(BUSY)
}

/// Whether a trigger of ours refused a row.
pub(super) fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == CONSTRAINT_TRIGGER)
}

/// The error in our words.
pub(super) fn store_error(doing: &str, error: sqlx::Error) -> StoreError {
    faults::store_error::<ResultCodes>(doing, error)
}

/// The error of opening a file: one that cannot be opened now cannot be opened later, unless somebody is in the way.
pub(super) fn not_opened(doing: &str, error: sqlx::Error) -> StoreError {
    let waits = kind(&error) == Kind::Transient;
    match store_error(doing, error) {
        StoreError::Unavailable { context, source } if !waits => StoreError::Failed { context, source },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_by_their_low_byte() {
        // BUSY, BUSY_SNAPSHOT, LOCKED, NOMEM, FULL, PROTOCOL.
        for code in ["5", "517", "6", "7", "13", "15"] {
            assert_eq!(ResultCodes::kind(code), Kind::Transient, "{code}");
        }
        // IOERR, IOERR_FSYNC, CANTOPEN.
        for code in ["10", "1034", "14"] {
            assert_eq!(ResultCodes::kind(code), Kind::Connection, "{code}");
        }
        // ERROR, READONLY, CORRUPT, CONSTRAINT_TRIGGER, NOTADB.
        for code in ["1", "8", "11", "1811", "26", "what"] {
            assert_eq!(ResultCodes::kind(code), Kind::Refused, "{code}");
        }
        assert_eq!(kind(&sqlx::Error::WorkerCrashed), Kind::Connection);
    }
}
