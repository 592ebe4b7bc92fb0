//! How a store on PostgreSQL connects, and how much it may use.

use std::time::Duration;

use crate::{sql::pool::Terms, writer::WriterOptions};

/// Settings of a [`PostgresStore`](super::PostgresStore).
///
/// | | [`production`](Self::production) | [`development`](Self::development) |
/// | --- | --- | --- |
/// | connections that read | 0 to 10 | 0 to 4 |
/// | waiting for one of them | 5 s | 30 s |
/// | connecting | 5 s | 10 s |
/// | a statement | 30 s | 120 s |
/// | an unused connection | closed after 10 min | closed after 1 min |
/// | a connection's life | 30 min | 30 min |
/// | other processes' commits are looked for | every 250 ms | every 250 ms |
/// | a batch is sent again for | 10 s | 10 s |
///
/// Beside those that read, a store holds one connection that writes, and one that listens while somebody waits.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until a store is connected with them"]
pub struct PostgresOptions {
    pub(super) schema: String,
    pub(super) application_name: String,
    pub(super) connections: (u32, u32),
    pub(super) acquire_timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) statement_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_lifetime: Duration,
    pub(super) poll_interval: Duration,
    pub(super) pooled: bool,
    pub(super) migrate: bool,
    pub(super) writer: WriterOptions,
}

impl PostgresOptions {
    /// For services: gives up early, so that a fault is seen.
    pub fn production() -> Self {
        Self {
            schema: "foldline".into(),
            application_name: "foldline".into(),
            connections: (0, 10),
            acquire_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(600),
            max_lifetime: Duration::from_secs(1800),
            poll_interval: Duration::from_millis(250),
            pooled: false,
            migrate: true,
            writer: WriterOptions::default(),
        }
    }

    /// For a developer's machine: few connections, and time to look around in a debugger.
    pub fn development() -> Self {
        Self {
            connections: (0, 4),
            acquire_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(120),
            idle_timeout: Duration::from_secs(60),
            ..Self::production()
        }
    }

    /// The schema that the log lives in, `foldline` by default; it is made if it is not there. A log is a schema: several
    /// in one database share nothing.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// The name under which the database lists the connections.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// How many connections for reading are kept open at least, and opened at most.
    pub fn connections(mut self, min: u32, max: u32) -> Self {
        self.connections = (min, max.max(min).max(1));
        self
    }

    /// How long a reader waits for a connection.
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// How long connecting may take.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one statement may take, waiting for the log's lock included.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// After how long an unused connection is closed.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// After how long a connection is replaced by a new one.
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// How often those who wait look for other processes' commits, beside being notified.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// The database is behind a pooler in transaction mode, like PgBouncer: every call is an explicit transaction, nothing
    /// is prepared by name, and waiting goes without notifications. Correct, and slower.
    pub fn pooled(mut self, pooled: bool) -> Self {
        self.pooled = pooled;
        self
    }

    /// Whether connecting brings the schema up to date; it does by default. Else the schema has to be, by
    /// [`migrations_sql`](super::PostgresStore::migrations_sql).
    pub fn migrate(mut self, migrate: bool) -> Self {
        self.migrate = migrate;
        self
    }

    /// Bounds of the queue and of batches, and how long a batch is sent again.
    pub fn writer(mut self, writer: WriterOptions) -> Self {
        self.writer = writer;
        self
    }
}

impl PostgresOptions {
    pub(super) fn terms(&self) -> Terms {
        let (min, max) = self.connections;
        Terms {
            min: min as usize,
            max: max as usize,
            acquire_timeout: self.acquire_timeout,
            idle_timeout: self.idle_timeout,
            max_lifetime: self.max_lifetime,
        }
    }
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self::production()
    }
}
