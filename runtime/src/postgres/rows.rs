//! How PostgreSQL's rows hold what an event is made of.

use sqlx::{Row, ValueRef, postgres::PgRow};

use super::faults::store_error;
use crate::{
    error::StoreError,
    recorded::RawEvent,
    sql::rows::{self, Cells, Fallible},
};

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

impl Cells for PgRow {
    fn bytes(&self, column: usize) -> Fallible<Option<&[u8]>> {
        let value = self.try_get_raw(column)?;
        if value.is_null() { Ok(None) } else { value.as_bytes().map(Some).map_err(sqlx::Error::Decode) }
    }

    fn number(&self, column: usize) -> Fallible<i64> {
        match rows::present(self, column)? {
            bytes @ [_, _, _, _] => rows::fixed(bytes).map(|four| i64::from(i32::from_be_bytes(four))),
            bytes => rows::fixed(bytes).map(i64::from_be_bytes),
        }
    }

    fn micros(&self, column: usize) -> Fallible<i64> {
        Ok(self.number(column)?.saturating_add(EPOCH))
    }
}

/// What the first column says.
pub(super) fn tag(row: &PgRow) -> Result<i64, StoreError> {
    rows::tag(row).map_err(unreadable)
}

/// The event of each row, if there is one in it.
pub(super) fn events(rows: &[PgRow]) -> Result<Vec<RawEvent>, StoreError> {
    rows::events(rows).map_err(unreadable)
}

fn unreadable(error: sqlx::Error) -> StoreError {
    rows::unreadable(error).unwrap_or_else(|error| store_error("reading an answer", error))
}
