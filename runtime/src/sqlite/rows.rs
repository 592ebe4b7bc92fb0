//! How SQLite's rows hold what an event is made of.

use sqlx::{Decode, Row, Sqlite, ValueRef, sqlite::SqliteRow};

use super::faults::store_error;
use crate::{
    error::StoreError,
    sql::rows::{self, Cells, Fallible},
};

impl Cells for SqliteRow {
    fn bytes(&self, column: usize) -> Fallible<Option<&[u8]>> {
        let value = self.try_get_raw(column)?;
        if value.is_null() {
            return Ok(None);
        }
        <&[u8] as Decode<Sqlite>>::decode(value).map(Some).map_err(sqlx::Error::Decode)
    }

    fn number(&self, column: usize) -> Fallible<i64> {
        let value = self.try_get_raw(column)?;
        <i64 as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)
    }

    fn micros(&self, column: usize) -> Fallible<i64> {
        self.number(column)
    }
}

/// A number that may be null.
pub(super) fn number_if_any(row: &SqliteRow, column: usize) -> Fallible<Option<i64>> {
    if row.try_get_raw(column)?.is_null() { Ok(None) } else { row.number(column).map(Some) }
}

/// 128 bits, kept as a blob.
pub(super) fn bits(row: &SqliteRow, column: usize) -> Fallible<u128> {
    rows::fixed(rows::present(row, column)?).map(u128::from_be_bytes)
}

pub(super) fn unreadable(error: sqlx::Error) -> StoreError {
    rows::unreadable(error).unwrap_or_else(|error| store_error("reading an answer", error))
}

/// A text.
pub(super) fn text(row: &SqliteRow, column: usize) -> Fallible<&str> {
    str::from_utf8(rows::present(row, column)?).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
