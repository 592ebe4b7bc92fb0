//! What these tests have in common: a log of their own, and a server one may interfere with.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::sync::Arc;

use foldline_runtime::{
    PostgresOptions, PostgresStore,
    testing::{TempSchema, temp_postgres::TempPostgres},
};
use sqlx::{AssertSqlSafe, ConnectOptions, postgres::PgConnectOptions};

#[allow(unused_imports, reason = "each suite takes what it needs")]
pub(crate) use crate::commits::{Failure, Tested, accepted, assert_once, commit, first, log, settle};

/// A log of its own on the shared server.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) schema: String,
    /// Dropped with the last clone.
    _kept: Option<Arc<TempSchema>>,
}

impl Place {
    /// A log that somebody else keeps.
    pub(crate) fn of_another(url: &str, schema: &str) -> Self {
        Self { url: url.to_owned(), schema: schema.to_owned(), _kept: None }
    }

    pub(crate) fn fresh() -> Result<Self, Failure> {
        Ok(Self::on(TempPostgres::shared()?))
    }

    pub(crate) fn on(server: &TempPostgres) -> Self {
        let kept = TempSchema::on(server);
        Self { url: server.url().to_owned(), schema: kept.to_string(), _kept: Some(Arc::new(kept)) }
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions::development().schema(&self.schema).application_name(&self.schema)
    }

    pub(crate) async fn store(&self) -> Result<PostgresStore, Failure> {
        Ok(PostgresStore::connect_with(&self.url, self.options()).await?)
    }

    /// A connection of our own, beside the store's.
    pub(crate) async fn connection(&self) -> Result<sqlx::PgConnection, Failure> {
        Ok(self.url.parse::<PgConnectOptions>()?.disable_statement_logging().connect().await?)
    }

    /// Runs SQL, with the schema in the place of `$schema`.
    pub(crate) async fn sql(&self, connection: &mut sqlx::PgConnection, sql: &str) -> Result<(), sqlx::Error> {
        let sql = sql.replace("$schema", &self.schema);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
    }
}
