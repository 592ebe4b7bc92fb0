//! The store on SQLite: a log is a file.

mod append;
mod arguments;
mod backup;
mod calls;
mod connect;
mod driver;
mod faults;
mod migrations;
mod options;
mod projections;
mod reads;
mod rows;
mod statements;
mod steps;
#[cfg(test)]
mod tests;
mod url;
mod wide;

use std::{any::Any, path::Path, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::Mutex;

use self::{
    connect::Connector,
    driver::{SqliteDriver, Writer},
    reads::Reads,
    statements::Statements,
};
pub use self::{
    options::{SqliteOptions, Synchronous},
    projections::SqliteDatabase,
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        pool::Pool,
        watch::{Sight, Tasks},
    },
    store::{Checkpoints, Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket, Vitals},
    writer::Batched,
};

/// A log in a file. Cheap to clone: every clone is the same log, and the same connections.
///
/// ```no_run
/// use foldline_runtime::{Executor, SqliteStore};
///
/// # async fn open() -> Result<(), foldline_runtime::StoreError> {
/// let store = SqliteStore::open("bank.db").await?;
/// let bank = Executor::new(store);
/// # let _ = bank; Ok(()) }
/// ```
///
/// Several processes may work on one file. Beside it lie two more while it is open, `bank.db-wal` and `bank.db-shm`: what was
/// committed last is in them. Copy it with [`backup_to`](Self::backup_to), not by hand.
#[derive(Debug, Clone)]
pub struct SqliteStore(Batched<SqliteDriver>);

impl SqliteStore {
    /// Opens a file with [`SqliteOptions::production`]; one that is not there is made.
    ///
    /// # Errors
    /// When the file cannot be opened or made, is no database, or was made by a newer version of Foldline.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, SqliteOptions::production()).await
    }

    /// Opens a file with settings of one's own.
    ///
    /// # Errors
    /// When the file cannot be opened or made, is no database, or was made by a newer version of Foldline.
    pub async fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let connector = Connector::new(path.as_ref(), &options)?;
        let mut writer = connector.create().await?;
        migrations::migrate(&connector, &mut writer).await?;

        let statements = Arc::new(Statements::new());
        let pool = Pool::new(connector.clone(), options.terms());
        pool.fill().await?;
        let (sight, mut tasks) = (Sight::default(), Tasks::default());
        tasks.spawn({
            let (sight, pool, statements) = (sight.clone(), pool.clone(), Arc::clone(&statements));
            async move {
                let reads = Reads { pool: &pool, statements: &statements };
                sight.look(options.poll_interval, || reads.head()).await;
            }
        });
        let driver = SqliteDriver {
            connector,
            statements,
            writer: Mutex::new(Writer::new(writer)),
            beside: Mutex::default(),
            pool,
            sight,
            tasks,
        };
        let head = driver.reads().head().await?;
        Ok(Self(Batched::start(driver, head, options.writer)))
    }

    /// Opens what a URL names: `sqlite:bank.db`, or `sqlite:bank.db?synchronous=normal&busy_timeout=2s&readers=8`.
    ///
    /// # Errors
    /// When the URL is not understood, or the file cannot be opened.
    pub async fn open_url(url: &str) -> Result<Self, StoreError> {
        let (path, options) = url::parse(url, SqliteOptions::production())?;
        Self::open_with(path, options).await
    }

    /// Copies the log to a file that is not there yet, as it stands at one moment, while others go on writing.
    ///
    /// What was acknowledged before the call is in the copy. It is a log like any other: open it.
    ///
    /// # Errors
    /// When there is something at that path already, or the copy cannot be written. Nothing is left of it then.
    pub async fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        backup::backup(&self.0.driver().connector, path.as_ref()).await
    }

    /// The file, by its whole path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.driver().connector.path()
    }

    /// Asks the file for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.head().await.map(drop)
    }
}

impl Store for SqliteStore {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn vitals(&self) -> Vitals {
        self.0.vitals()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        self.0.reserve()
    }

    fn submit(&self, place: Place, commit: Commit) -> Ticket {
        self.0.submit(place, commit)
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.0.read_streams(reads)
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.0.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.wait_beyond(position).boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.0.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.close()
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(SqliteDatabase(self.clone())))
    }

    fn database(&self) -> Option<&(dyn Any + Send + Sync)> {
        Some(self)
    }
}
