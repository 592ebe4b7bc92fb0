//! SQLite as the database under the group commit.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Instant};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{
    Connection,
    sqlite::{SqliteConnection, SqliteRow},
};
use tokio::sync::Mutex;

use super::{
    append::append,
    arguments::{Call, check},
    calls::Broken,
    connect::Connector,
    faults::{is_busy, store_error, wrote_no_commit},
    reads::Reads,
    statements::{ROLLBACK, Statements},
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        pool::Pool,
        watch::{Sight, Tasks},
    },
    store::{LogPage, LogRead, PoolVitals, Receipt, StreamPage, StreamRead},
    writer::{Batch, Driver, Fault, Verdict},
};

/// The connection that writes; none after a fault, until it is needed.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Option<SqliteConnection>,
    closed: bool,
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        Self { connection: Some(connection), closed: false }
    }
}

/// The log of one file.
#[derive(Debug)]
pub(super) struct SqliteDriver {
    pub(super) connector: Connector,
    pub(super) statements: Arc<Statements>,
    pub(super) writer: Mutex<Writer>,
    /// Connections to the files in which read models are built anew.
    pub(super) beside: Mutex<HashMap<PathBuf, SqliteConnection>>,
    pub(super) pool: Pool<Connector>,
    pub(super) sight: Sight,
    pub(super) tasks: Tasks,
}

impl SqliteDriver {
    pub(super) fn reads(&self) -> Reads<'_> {
        Reads { pool: &self.pool, statements: &self.statements }
    }

    async fn send(&self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        check(batch).map_err(Fault::Unstored)?;
        let mut writer = self.writer.lock().await;
        let mut connection = self.take(&mut writer).await.map_err(not_sent)?;
        let began = Instant::now();
        let appended = loop {
            let appended = append(&mut connection, &self.statements, batch).await;
            let busy = matches!(&appended, Err(Broken::Before(error)) if is_busy(error));
            if !busy || !self.connector.waits_on(began).await {
                break appended;
            }
        };
        if appended.is_ok() || sqlx::query(ROLLBACK).execute(&mut connection).await.is_ok() {
            writer.connection = Some(connection);
        }
        appended.map_err(fault)
    }

    /// Changes what stands beside the log, in one statement.
    pub(super) async fn change(&self, doing: &str, call: impl Fn() -> Call) -> Result<Vec<SqliteRow>, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut connection = self.take(&mut writer).await?;
        let began = Instant::now();
        loop {
            match call().fetch_all(&mut connection).await {
                Err(error) if is_busy(&error) && self.connector.waits_on(began).await => {}
                Err(error) => return Err(store_error(doing, error)),
                Ok(rows) => {
                    writer.connection = Some(connection);
                    return Ok(rows);
                }
            }
        }
    }

    /// Lets somebody work with the connection that writes, and nobody else meanwhile. With what comes of it comes whether the
    /// connection is still good.
    pub(super) async fn alone<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> (T, bool),
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().await;
        let mut connection = self.take(&mut writer).await?;
        let (done, sound) = work(&mut connection).await;
        if sound {
            writer.connection = Some(connection);
        }
        Ok(done)
    }

    /// The connection that writes, taken out: a call that is given up half way leaves a transaction open, and must leave no
    /// connection behind.
    async fn take(&self, writer: &mut Writer) -> Result<SqliteConnection, StoreError> {
        match writer.connection.take() {
            Some(connection) => Ok(connection),
            None if writer.closed => Err(StoreError::Closed),
            None => self.connector.connect_to_write().await,
        }
    }
}

fn fault(broken: Broken) -> Fault {
    let doing = "appending a batch";
    match broken {
        // It may stand in the WAL behind what counts, and count after a crash.
        Broken::Committing(error) if !wrote_no_commit(&error) => Fault::Lost(unavailable(store_error(doing, error))),
        Broken::Before(error) | Broken::Committing(error) => Fault::Unstored(store_error(doing, error)),
    }
}

/// Whatever keeps us from the file, the batch is not at fault.
fn not_sent(error: StoreError) -> Fault {
    Fault::Unstored(unavailable(error))
}

fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Failed { context, source } => StoreError::Unavailable { context, source },
        other => other,
    }
}

impl Driver for SqliteDriver {
    fn name(&self) -> &str {
        self.connector.name()
    }

    fn pool(&self) -> Option<PoolVitals> {
        Some(self.pool.vitals())
    }

    fn append<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, Fault>> {
        self.send(batch).boxed()
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        async move { self.reads().streams(reads).await }.boxed()
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        async move { self.reads().log(read).await }.boxed()
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        async move { self.reads().head().await }.boxed()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.sight.beyond(position).boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        async move { self.reads().commit(id).await }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            self.tasks.stop();
            self.pool.close().await;
            for (_, connection) in self.beside.lock().await.drain() {
                let _ = connection.close().await;
            }
            let mut writer = self.writer.lock().await;
            writer.closed = true;
            if let Some(connection) = writer.connection.take() {
                // The last of a file's connections tidies up behind itself, and is waited for.
                let _ = connection.close().await;
            }
        }
        .boxed()
    }
}
