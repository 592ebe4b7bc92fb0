//! How a store on SQLite works with its file.

use std::time::Duration;

use sqlx::sqlite::SqliteSynchronous;

use crate::{sql::pool::Terms, writer::WriterOptions};

/// What a commit survives, once it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Synchronous {
    /// Everything: it is flushed to the disk before it is acknowledged. The default.
    #[default]
    Full,
    /// The end of the process. When the machine loses its power, the last commits may be lost; the file stays whole.
    Normal,
    /// The end of the process. When the machine loses its power, the file may be broken: for tests.
    Off,
}

impl Synchronous {
    pub(super) fn pragma(self) -> SqliteSynchronous {
        match self {
            Self::Full => SqliteSynchronous::Full,
            Self::Normal => SqliteSynchronous::Normal,
            Self::Off => SqliteSynchronous::Off,
        }
    }
}

/// Settings of a [`SqliteStore`](super::SqliteStore).
///
/// | | [`production`](Self::production) | [`development`](Self::development) |
/// | --- | --- | --- |
/// | a commit is flushed | before it is acknowledged | before it is acknowledged |
/// | waiting for another process's write lock | 5 s | 30 s |
/// | connections that read | 1 to 4 | 1 or 2 |
/// | waiting for one of them | 5 s | 30 s |
/// | an unused connection | closed after 10 min | closed after 1 min |
/// | other processes' commits are looked for | every 25 ms | every 25 ms |
/// | a batch is sent again for | 10 s | 10 s |
///
/// Beside those that read, a store holds one connection that writes. Each has a thread.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until a store is opened with them"]
pub struct SqliteOptions {
    pub(super) synchronous: Synchronous,
    pub(super) busy_timeout: Duration,
    pub(super) readers: u32,
    pub(super) acquire_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) poll_interval: Duration,
    pub(super) writer: WriterOptions,
}

impl SqliteOptions {
    /// For services: gives up early, so that a fault is seen.
    pub fn production() -> Self {
        Self {
            synchronous: Synchronous::Full,
            busy_timeout: Duration::from_secs(5),
            readers: 4,
            acquire_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(600),
            poll_interval: Duration::from_millis(25),
            writer: WriterOptions::default(),
        }
    }

    /// For a developer's machine: few connections, and time to look around in a debugger.
    pub fn development() -> Self {
        Self {
            busy_timeout: Duration::from_secs(30),
            readers: 2,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(60),
            ..Self::production()
        }
    }

    /// What an acknowledged commit survives; everything by default.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How long a batch waits for the write lock while another process holds it.
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        // SQLite counts milliseconds, in 31 bits.
        self.busy_timeout = timeout.min(Duration::from_millis(0x7fff_ffff));
        self
    }

    /// How many connections for reading are opened at most.
    pub fn readers(mut self, max: u32) -> Self {
        self.readers = max.max(1);
        self
    }

    /// How long a reader waits for a connection.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// After how long an unused connection is closed.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How often those who wait look for other processes' commits.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Bounds of the queue and of batches, and how long a batch is sent again.
    pub fn writer(mut self, writer: WriterOptions) -> Self {
        self.writer = writer;
        self
    }

    pub(super) fn terms(&self) -> Terms {
        Terms {
            min: 1,
            max: self.readers as usize,
            acquire_timeout: self.acquire_timeout,
            idle_timeout: self.idle_timeout,
            max_lifetime: Duration::MAX,
        }
    }
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self::production()
    }
}
