//! PostgreSQL as the database under the group commit.

use std::{sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{Connection, postgres::PgConnection};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use super::{
    append::append,
    connect::Connector,
    faults::{fault, kind},
    reads::Reads,
    schema::Statements,
    wait::Watch,
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        faults::Kind,
        pool::{Pool, Source, hang_up, late},
    },
    store::{LogPage, LogRead, PoolVitals, Receipt, StreamPage, StreamRead},
    writer::{Batch, Driver, Fault, Verdict},
};

/// The log of one schema.
#[derive(Debug)]
pub(super) struct PostgresDriver {
    /// The schema's.
    pub(super) name: String,
    pub(super) connector: Connector,
    pub(super) statements: Arc<Statements>,
    /// The connection that appends, and when it last did; none after a fault, until the next batch.
    pub(super) writer: Mutex<Option<(PgConnection, Instant)>>,
    /// After how long without a batch it is not trusted any more: something in between may have forgotten it.
    pub(super) idle_timeout: Duration,
    pub(super) pool: Pool<Connector>,
    pub(super) watch: Watch,
}

impl PostgresDriver {
    pub(super) fn reads(&self) -> Reads<'_> {
        Reads { pool: &self.pool, statements: &self.statements, persistent: !self.connector.pooled() }
    }

    async fn send(&self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        let mut writer = self.writer.lock().await;
        // Taken out: a call that is not answered leaves no connection behind.
        let mut connection = match writer.take() {
            Some((connection, used)) if used.elapsed() < self.idle_timeout => connection,
            _ => self.connector.connect_to_write().await.map_err(not_sent)?,
        };
        let patience = self.connector.patience();
        match timeout(patience, self.call(&mut connection, batch)).await {
            Ok(Ok(verdicts)) => {
                *writer = Some((connection, Instant::now()));
                Ok(verdicts)
            }
            Ok(Err(error)) => {
                self.connector.meter.error(kind(&error));
                // A server that became read-only may no longer be the one to talk to.
                let stays = kind(&error) == Kind::Refused;
                if stays {
                    *writer = Some((connection, Instant::now()));
                }
                Err(fault(error))
            }
            Err(_) => {
                self.connector.meter.broken();
                Err(Fault::Lost(late("appending a batch", patience)))
            }
        }
    }

    async fn call(&self, connection: &mut PgConnection, batch: &Batch) -> Result<Vec<Verdict>, sqlx::Error> {
        if !self.connector.pooled() {
            return append(connection, &self.statements, batch, true).await;
        }
        let mut transaction = connection.begin_with("begin isolation level read committed").await?;
        let verdicts = append(&mut transaction, &self.statements, batch, false).await?;
        transaction.commit().await?;
        Ok(verdicts)
    }
}

/// Whatever keeps us from connecting, the batch is not at fault.
fn not_sent(error: StoreError) -> Fault {
    Fault::Unstored(match error {
        StoreError::Failed { context, source } => StoreError::Unavailable { context, source },
        other => other,
    })
}

impl Driver for PostgresDriver {
    fn name(&self) -> &str {
        &self.name
    }

    fn pool(&self) -> Option<PoolVitals> {
        Some(self.pool.vitals())
    }

    fn append<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, Fault>> {
        async move {
            let verdicts = self.send(batch).await?;
            if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Committed(Some(_)))) {
                self.watch.written();
            }
            Ok(verdicts)
        }
        .boxed()
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
        self.watch.beyond(position).boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        async move { self.reads().commit(id).await }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            self.watch.stop();
            self.pool.close().await;
            if let Some((connection, _)) = self.writer.lock().await.take() {
                hang_up(connection).await;
            }
        }
        .boxed()
    }
}
