//! Rows and their checkpoint, in one transaction.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{Connection, sqlite::SqliteConnection};
use tokio::time::timeout;

use super::{SqliteDatabase, checkpoints::advance};
use crate::{
    error::StoreError,
    sql::{
        pool::late,
        projections::{WRITING, failed, next_step, not_committed, not_rolled_back, worked},
    },
    sqlite::{
        connect::Connector,
        driver::SqliteDriver,
        faults::{ResultCodes, is_busy},
    },
    store::{Build, Checkpoint, Checkpoints, Lease, Work, WriteFault},
};

/// How long a transaction may take: nothing can be appended meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

impl SqliteDatabase {
    pub(super) async fn rows_and_checkpoint(
        &self,
        projection: &str,
        lease: &Lease,
        build: Build,
        to: &Checkpoint,
        work: Work<SqliteConnection>,
    ) -> Result<Lease, WriteFault> {
        match build {
            Build::Current => {
                let both = async |connection: &mut SqliteConnection| {
                    // First: work that rolls all of it back, as `insert or rollback` does, cannot leave the step behind.
                    step(connection, lease, to).await?;
                    work(connection).await.map_err(worked::<ResultCodes>)
                };
                self.transaction(both).await?;
            }
            Build::Next => {
                let work =
                    async |connection: &mut SqliteConnection| work(connection).await.map_err(worked::<ResultCodes>);
                self.transaction_beside(&self.beside(projection), work).await.map_err(begin_anew)?;
                self.advance_next(lease, to).await?;
            }
        }
        Ok(next_step(lease))
    }

    /// Works on the log's file, in one transaction, while nobody else writes to it.
    pub(super) async fn transaction<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, WriteFault>,
    ) -> Result<T, WriteFault> {
        let driver = self.driver();
        let done = driver.alone(async |connection| in_transaction(connection, &driver.connector, work).await).await;
        done.map_err(WriteFault::Store)?
    }

    /// The same on a file beside it, which is made if it is not there.
    pub(super) async fn transaction_beside(
        &self,
        path: &Path,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<(), WriteFault>,
    ) -> Result<(), WriteFault> {
        let driver = self.driver();
        let known = driver.beside.lock().await.remove(path);
        let mut connection = match known {
            Some(connection) => connection,
            None => driver.connector.connect_beside(path).await.map_err(WriteFault::Store)?,
        };
        let (done, sound) = in_transaction(&mut connection, &driver.connector, work).await;
        if sound {
            driver.beside.lock().await.insert(path.to_owned(), connection);
        }
        done
    }

    /// What is being built lies in another file than its checkpoint, and cannot commit with it.
    async fn advance_next(&self, lease: &Lease, to: &Checkpoint) -> Result<(), WriteFault> {
        let lost =
            |why: String| begin_anew(WriteFault::Store(StoreError::Failed { context: why.into(), source: None }));
        match self.advance(lease, to).await {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(lost("somebody else builds it as well".to_owned())),
            Err(error) => Err(lost(error.to_string())),
        }
    }

    pub(super) fn driver(&self) -> &SqliteDriver {
        self.0.0.driver()
    }
}

/// Moves the checkpoint, if the fence is where it was.
pub(super) async fn step(connection: &mut SqliteConnection, lease: &Lease, to: &Checkpoint) -> Result<(), WriteFault> {
    let moved = advance(lease, to).fetch_all(connection).await.map_err(failed::<ResultCodes>)?;
    if moved.is_empty() { Err(WriteFault::Lost) } else { Ok(()) }
}

/// A build whose rows may be further than its checkpoint says is given up for good: to take the same events in once more would
/// count them twice.
fn begin_anew(fault: WriteFault) -> WriteFault {
    let WriteFault::Store(error) = fault else { return fault };
    let context = format!("what is being built has lost its place, and has to begin anew: {error}").into();
    WriteFault::Store(StoreError::Failed { context, source: None })
}

/// With what came of it comes whether the connection is still good.
pub(super) async fn in_transaction<T>(
    connection: &mut SqliteConnection,
    connector: &Connector,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, WriteFault>,
) -> (Result<T, WriteFault>, bool) {
    let began = Instant::now();
    let mut transaction = loop {
        match connection.begin_with("begin immediate").await {
            Ok(transaction) => break transaction,
            Err(error) if is_busy(&error) && connector.waits_on(began).await => {}
            Err(error) => return (Err(failed::<ResultCodes>(error)), false),
        }
    };
    match timeout(LONGEST, work(&mut transaction)).await {
        Ok(Ok(done)) => match transaction.commit().await {
            Ok(()) => (Ok(done), true),
            // It may stand in the WAL: the connection, and what it has open, is given up.
            Err(error) => (Err(not_committed::<ResultCodes>(error)), false),
        },
        Ok(Err(fault)) => match transaction.rollback().await {
            Ok(()) => (Err(fault), true),
            Err(error) => (Err(not_rolled_back::<ResultCodes>(fault, &error)), false),
        },
        // The connection is dropped, and with it whatever was under way.
        Err(_) => (Err(WriteFault::Store(late(WRITING, LONGEST))), false),
    }
}
