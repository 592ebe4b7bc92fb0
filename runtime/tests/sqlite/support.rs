//! What these tests have in common: a file of their own, and a connection to it beside the store's.

use std::path::{Path, PathBuf};

use foldline_runtime::{SqliteOptions, SqliteStore, StoreError, testing::TempFolder};
use sqlx::{
    AssertSqlSafe, ConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};

pub(crate) use crate::commits::{Failure, Tested, accepted, assert_once, commit, first, log, settle};

/// A file of its own, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) folder: TempFolder,
}

impl Place {
    pub(crate) fn fresh() -> Result<Self, Failure> {
        let folder = TempFolder::fresh()?;
        Ok(Self { path: folder.file("log.db"), folder })
    }

    pub(crate) async fn store(&self) -> Result<SqliteStore, Failure> {
        Ok(SqliteStore::open_with(&self.path, SqliteOptions::development()).await?)
    }

    pub(crate) async fn connection(&self) -> Result<SqliteConnection, Failure> {
        connection(&self.path).await
    }
}

/// As any other program would open it.
pub(crate) async fn connection(path: &Path) -> Result<SqliteConnection, Failure> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).disable_statement_logging();
    Ok(options.connect().await?)
}

pub(crate) async fn sql(connection: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
}

/// Whether it was refused for good, in these words.
pub(crate) fn says<T>(refused: &Result<T, StoreError>, what: &str) -> bool {
    refused.as_ref().is_err_and(|error| !error.is_transient() && error.to_string().contains(what))
}
