//! SQL that is put together here, for tables that nobody knows beforehand.

use sqlx::{
    AssertSqlSafe,
    sqlite::{SqliteConnection, SqliteRow},
};

use crate::{sql::projections::failed, sqlite::faults::ResultCodes, store::WriteFault};

/// Runs a text of ours.
pub(super) async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), WriteFault> {
    // Safe: the texts are ours, and names in them are quoted.
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(failed::<ResultCodes>)
}

/// The rows of one.
pub(super) async fn rows(connection: &mut SqliteConnection, sql: &str) -> Result<Vec<SqliteRow>, WriteFault> {
    sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(connection).await.map_err(failed::<ResultCodes>)
}
