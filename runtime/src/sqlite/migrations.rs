//! What makes a file a log, and brings it up to date, whoever comes first.

use std::time::Instant;

use sqlx::{
    AssertSqlSafe,
    sqlite::{SqliteConnection, SqliteRow},
};

use super::{connect::Connector, faults::store_error};
use crate::{
    error::StoreError,
    sql::{
        migrations::{Migration, missing},
        rows::{Cells, present},
    },
};

const MIGRATIONS: [Migration; 7] = [
    Migration { version: 1, name: "log", sql: include_str!("sql/0001_log.sql") },
    Migration { version: 2, name: "immutable", sql: include_str!("sql/0002_immutable.sql") },
    Migration { version: 3, name: "stream_ends", sql: include_str!("sql/0003_stream_ends.sql") },
    Migration { version: 4, name: "projections", sql: include_str!("sql/0004_projections.sql") },
    Migration { version: 5, name: "projection_tables", sql: include_str!("sql/0005_projection_tables.sql") },
    Migration { version: 6, name: "shares", sql: include_str!("sql/0006_shares.sql") },
    Migration { version: 7, name: "terms", sql: include_str!("sql/0007_terms.sql") },
];

const TABLE: &str = "foldline_migrations";

/// Brings a file up to date. Whoever comes second waits until the first is done.
pub(super) async fn migrate(connector: &Connector, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // Most processes find everything in place, and need no lock.
    if missing(&MIGRATIONS, &applied(connection).await?)?.is_empty() {
        return Ok(());
    }
    begin(connector, connection).await?;
    run(connection, include_str!("sql/history.sql")).await?;
    for step in missing(&MIGRATIONS, &applied(connection).await?)? {
        run(connection, step.sql).await?;
        run(connection, &step.record(TABLE)).await?;
    }
    run(connection, "commit").await
}

/// Takes the write lock, once others have left it.
async fn begin(connector: &Connector, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let began = Instant::now();
    loop {
        match run(connection, "begin immediate").await {
            Err(error) if error.is_transient() && connector.waits_on(began).await => {}
            done => return done,
        }
    }
}

/// Safe: the texts are ours.
async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.map(drop).map_err(|error| store_error("bringing the file up to date", error))
}

/// The history as it stands, oldest first; empty if there is none.
async fn applied(connection: &mut SqliteConnection) -> Result<Vec<(i32, String)>, StoreError> {
    let failed = |error| store_error("reading the file's history", error);
    let exists = sqlx::query("select 1 from sqlite_schema where name = ?1").bind(TABLE);
    if exists.fetch_all(&mut *connection).await.map_err(failed)?.is_empty() {
        return Ok(Vec::new());
    }
    let history = sqlx::query("select version, checksum from foldline_migrations order by version");
    let rows = history.fetch_all(connection).await.map_err(failed)?;
    let read = |row: &SqliteRow| {
        let checksum = String::from_utf8_lossy(present(row, 1)?).into_owned();
        Ok((i32::try_from(row.number(0)?).unwrap_or(i32::MAX), checksum))
    };
    rows.iter().map(read).collect::<Result<_, _>>().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one() {
        assert!(MIGRATIONS.iter().zip(1..).all(|(step, version)| step.version == version));
    }
}
