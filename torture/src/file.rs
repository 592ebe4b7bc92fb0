//! The log under torture in a file, which has no server to be cut off from: what happens, happens to processes and locks.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use foldline::{SqliteStore, storage::Store};
use sqlx::{
    ConnectOptions, Connection, Row,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use tokio::time::sleep;

use crate::{Failure, history::Book, run::book};

#[derive(Debug)]
pub(crate) struct File {
    pub(crate) url: String,
    path: PathBuf,
    /// Whether it is ours to remove.
    own: bool,
    copies: Vec<PathBuf>,
}

impl File {
    /// The file of a URL, or one in this folder.
    pub(crate) async fn open(url: Option<String>, folder: &Path) -> Result<Self, Failure> {
        let own = url.is_none();
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.join("log.db").display()));
        let store = SqliteStore::open_url(&url).await?;
        if store.head().await? != 0 {
            return Err("there are events in the file: give the path of a new one".into());
        }
        let path = store.path().to_owned();
        store.close().await;
        Ok(Self { url, path, own, copies: Vec::new() })
    }

    pub(crate) async fn store(&self) -> Result<SqliteStore, Failure> {
        Ok(SqliteStore::open_url(&self.url).await?)
    }

    /// A connection beside the log's, as another program has it.
    async fn connection(&self) -> Result<SqliteConnection, Failure> {
        let options = SqliteConnectOptions::new().filename(&self.path).busy_timeout(Duration::from_secs(60));
        Ok(options.disable_statement_logging().connect().await?)
    }

    /// Holds the write lock for a while, as a program does that writes to tables of its own.
    pub(crate) async fn lock(&self, time: Duration) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        sqlx::raw_sql("begin immediate").execute(&mut connection).await?;
        sleep(time).await;
        sqlx::raw_sql("rollback").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Reads for so long: what is written meanwhile cannot leave the WAL.
    pub(crate) async fn read_long(&self, time: Duration) -> Result<impl Future<Output = ()> + use<>, Failure> {
        let mut connection = self.connection().await?;
        sqlx::raw_sql("begin; select count(*) from events").execute(&mut connection).await?;
        Ok(async move {
            sleep(time).await;
            drop(connection);
        })
    }

    /// Brings the WAL into the file, and makes it empty if nobody is in the way.
    pub(crate) async fn checkpoint(&self) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        sqlx::raw_sql("pragma busy_timeout = 1000; pragma wal_checkpoint(truncate)").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Copies the log while everybody works on it.
    pub(crate) async fn copy(&mut self) -> Result<(), Failure> {
        let copy = self.path.with_extension(format!("copy-{}", self.copies.len()));
        let store = self.store().await?;
        store.backup_to(&copy).await?;
        store.close().await;
        self.copies.push(copy);
        Ok(())
    }

    /// Whether each copy is what the log began with, and a log.
    pub(crate) async fn check_copies(&self, log: &Book) -> Result<(), Failure> {
        for copy in &self.copies {
            let store = SqliteStore::open(copy).await?;
            let copied = book(&store).await?;
            store.close().await;
            if !log.begins_with(&copied) {
                return Err(format!("the copy `{}` is not what the log began with", copy.display()).into());
            }
        }
        Ok(())
    }

    /// SQLite's own opinion of the file, and which SQLite it is.
    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let row = sqlx::query("select sqlite_version()").fetch_one(&mut self.connection().await?).await?;
        Ok(format!("SQLite {}, flushed at every commit", row.try_get::<String, _>(0)?))
    }

    pub(crate) async fn check_integrity(&self) -> Result<(), Failure> {
        let row = sqlx::query("pragma integrity_check").fetch_one(&mut self.connection().await?).await?;
        match row.try_get::<String, _>(0)?.as_str() {
            "ok" => Ok(()),
            broken => Err(format!("the file is broken: {broken}").into()),
        }
    }

    pub(crate) fn remove(&self) -> Result<(), Failure> {
        for copy in &self.copies {
            fs::remove_file(copy)?;
        }
        if self.own { Ok(fs::remove_file(&self.path)?) } else { Ok(()) }
    }
}
