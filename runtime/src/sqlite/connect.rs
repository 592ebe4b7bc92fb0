//! Opening the file, and refusing what correctness cannot lean on.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf, absolute},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{
    ConnectOptions, Connection,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use tokio::time::sleep;

use super::{
    faults::{ResultCodes, kind, not_opened, store_error},
    options::SqliteOptions,
    rows::text,
};
use crate::{
    error::StoreError,
    sql::{faults::Kind, meter::Meter, pool::Source},
};

/// How many statements stay prepared: more than there are.
const STATEMENTS: usize = 128;

/// How many rows wait for whoever reads them, on a thread of their own: with fewer, two threads wait for each other all the time.
const ROWS: usize = 1024;

/// After how many pages the WAL is brought into the file: 16 MiB. A page that many batches change is then written there once.
const WAL_PAGES: &str = "4096";

/// How large the WAL's file stays, in bytes, once a large batch has made it larger.
const WAL_BYTES: &str = "67108864";

/// How much of the file the connection that writes keeps in memory, in KiB: the ends of its indexes, and of many streams.
const CACHE: &str = "-32768";

/// How long SQLite waits for the write lock by itself: it asks after 1 ms, after 2 more, and then ever more rarely. Whoever asks
/// so rarely waits for long beside somebody who is always busy, so who writes is made to begin again.
const SLICE: Duration = Duration::from_millis(4);

/// Between one slice and the next.
const BETWEEN: Duration = Duration::from_millis(1);

/// Where the file is, and how it is opened.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    path: Arc<Path>,
    target: Arc<SqliteConnectOptions>,
    busy_timeout: Duration,
    meter: Meter,
}

impl Connector {
    pub(super) fn new(path: &Path, options: &SqliteOptions) -> Result<Self, StoreError> {
        // Not where the program stands when a connection is opened later; and a name like `file:…` is then a name.
        let path = absolute(path).map_err(|error| cannot(path, &error.to_string()))?;
        let target = SqliteConnectOptions::new()
            .filename(&path)
            .busy_timeout(options.busy_timeout)
            .synchronous(options.synchronous.pragma())
            // A flush that reaches no further than the drive's cache is none: this is for macOS.
            .pragma("fullfsync", "on")
            .pragma("checkpoint_fullfsync", "on")
            .pragma("journal_size_limit", WAL_BYTES)
            .pragma("wal_autocheckpoint", WAL_PAGES)
            .statement_cache_capacity(STATEMENTS)
            .row_buffer_size(ROWS)
            .thread_name(|nth| format!("foldline-sqlite-{nth}"))
            .disable_statement_logging();
        let meter = Meter::of(name_of(&path));
        Ok(Self { path: path.into(), target: Arc::new(target), busy_timeout: options.busy_timeout, meter })
    }

    /// The file's name, for those who look at the log from outside.
    pub(super) fn name(&self) -> &str {
        name_of(&self.path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// After a slice in vain: whether to wait for another, since `began`.
    pub(super) async fn waits_on(&self, began: Instant) -> bool {
        if began.elapsed() >= self.busy_timeout {
            return false;
        }
        // SQLite does not always wait before it says no.
        sleep(BETWEEN).await;
        true
    }

    /// Opens the file, makes it if it is not there, and looks at it.
    pub(super) async fn create(&self) -> Result<SqliteConnection, StoreError> {
        if self.path.is_dir() {
            return Err(cannot(&self.path, "it is a directory: name a file in it"));
        }
        if let Some(directory) = self.path.parent().filter(|directory| !directory.is_dir()) {
            return Err(cannot(&self.path, &format!("there is no directory `{}`: make it first", directory.display())));
        }
        let target = self.to_write().create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        let began = Instant::now();
        loop {
            match self.open(&target).await {
                // Who turns a file's journal into a WAL does not wait for others that do, not even for a slice.
                Err(error) if kind(&error) == Kind::Transient && began.elapsed() < self.busy_timeout => {
                    sleep(SLICE).await;
                }
                Err(error) => return Err(not_opened(&format!("opening `{}`", self.path.display()), error)),
                Ok((connection, journal)) if journal == "wal" => return Ok(connection),
                Ok((_, journal)) => {
                    let why = format!(
                        "its journal is `{journal}`, and cannot be a WAL there: is it on a network's file system?"
                    );
                    return Err(cannot(&self.path, &why));
                }
            }
        }
    }

    async fn open(&self, target: &SqliteConnectOptions) -> Result<(SqliteConnection, String), sqlx::Error> {
        let mut connection = SqliteConnection::connect_with(target).await?;
        // A file that may only be read is opened all the same, and says so here. Whoever is in the way now is in nobody's
        // way: the lock is not needed yet.
        if let Err(error) = sqlx::raw_sql("begin immediate; rollback").execute(&mut connection).await
            && kind(&error) != Kind::Transient
        {
            return Err(error);
        }
        let rows = sqlx::query("pragma journal_mode").fetch_all(&mut connection).await?;
        let journal = rows.first().map_or(Ok(""), |row| text(row, 0))?.to_owned();
        Ok((connection, journal))
    }

    fn to_write(&self) -> SqliteConnectOptions {
        let target = SqliteConnectOptions::clone(&self.target).pragma("cache_size", CACHE);
        target.busy_timeout(self.busy_timeout.min(SLICE))
    }

    /// A connection that writes, to the file that was there when the store was opened.
    pub(super) async fn connect_to_write(&self) -> Result<SqliteConnection, StoreError> {
        let connected = SqliteConnection::connect_with(&self.to_write()).await;
        connected.map_err(|error| store_error(&format!("opening `{}` again", self.path.display()), error))
    }
}

impl Connector {
    /// A connection to a file beside the log, which is made if it is not there. What is in it can be made again, so that it is
    /// not flushed.
    pub(super) async fn connect_beside(&self, path: &Path) -> Result<SqliteConnection, StoreError> {
        let target = SqliteConnectOptions::clone(&self.target).filename(path).create_if_missing(true);
        let target = target.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Off);
        let connected = SqliteConnection::connect_with(&target).await;
        connected.map_err(|error| store_error(&format!("opening `{}`", path.display()), error))
    }

    /// A connection to a file that is there, which only looks at it.
    pub(super) async fn connect_to_look(&self, path: &Path) -> Result<SqliteConnection, StoreError> {
        let target = SqliteConnectOptions::new().filename(path).busy_timeout(self.busy_timeout).read_only(true);
        let connected = SqliteConnection::connect_with(&target.disable_statement_logging()).await;
        connected.map_err(|error| not_opened(&format!("opening `{}`", path.display()), error))
    }
}

impl Source for Connector {
    type Connection = SqliteConnection;
    type Dialect = ResultCodes;

    fn connect(&self) -> BoxFuture<'_, Result<SqliteConnection, StoreError>> {
        async {
            let target = SqliteConnectOptions::clone(&self.target).pragma("query_only", "on");
            let connected = SqliteConnection::connect_with(&target).await;
            connected.map_err(|error| store_error(&format!("opening `{}`", self.path.display()), error))
        }
        .boxed()
    }

    fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Nobody but the disk can keep a reader waiting.
    fn patience(&self) -> Duration {
        Duration::MAX
    }
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or("log")
}

/// The file cannot be a log.
pub(super) fn cannot(path: &Path, why: &str) -> StoreError {
    let context = format!("`{}` cannot be opened: {why}", PathBuf::from(path).display()).into();
    StoreError::Failed { context, source: None }
}
