//! Databases that read models can live in, beside the log.

use std::{error::Error as StdError, fmt, fmt::Debug};

use futures_util::future::BoxFuture;

use super::{AnyStore, Checkpoint, Checkpoints, Lease};
use crate::{
    error::StoreError,
    projection::{Projection, ProjectionError},
};

/// A read model that lives in rows of the database that the log lives in.
///
/// Its handlers take the events of a batch in, each in its turn; [`write`](Self::write) then changes the rows, in the
/// transaction in which the checkpoint moves. Both are there or neither is: an event counts exactly once, whatever fails.
///
/// Each batch begins with a clone of the value that was handed to the projector, which is usually empty.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no rows in a `{D}`",
    label = "nobody has said how its rows are made and written there",
    note = "write `impl Rows<{D}> for {Self}`: `create` makes its tables, `write` changes them"
)]
pub trait Rows<D: Database>: Projection + Clone {
    /// What can go wrong with the rows.
    type Error: Into<Box<dyn StdError + Send + Sync>>;

    /// Makes the tables, before the first event and once more for each rebuild. Names without a schema are its own: they
    /// stand in a place that only this projection has.
    fn create(&self, connection: &mut D::Connection) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Writes what the handlers took in from one batch. It may be tried again, each time with what was rolled back not done.
    ///
    /// The transaction is the projector's: it ends it.
    fn write(self, connection: &mut D::Connection) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Which of a projection's two sets of tables is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// The one that is read.
    Current,
    /// The one that is being built, to take its place.
    Next,
}

/// What is to be done in a transaction.
pub type Work<C> = Box<dyn for<'c> FnOnce(&'c mut C) -> BoxFuture<'c, Result<(), ProjectionError>> + Send>;

/// Why a transaction came to nothing.
#[derive(Debug, Clone)]
pub enum WriteFault {
    /// What was to be done in it failed, and would fail again.
    Work(ProjectionError),
    /// The database could not do it.
    Store(StoreError),
    /// The right to run the projection is somebody else's now.
    Lost,
}

/// A difference between the rows that are read and those that would take their place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The table.
    pub table: String,
    /// How many rows only the present table has.
    pub only_in_current: u64,
    /// How many rows only the new one has.
    pub only_in_next: u64,
    /// Some of them, as JSON: `-` before those of the present, `+` before those of the new.
    pub samples: Vec<String>,
}

impl Difference {
    /// For databases: a table that is not the same.
    #[must_use]
    pub fn new(table: String, only_in_current: u64, only_in_next: u64, samples: Vec<String>) -> Self {
        Self { table, only_in_current, only_in_next, samples }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, only_in_current, only_in_next, .. } = self;
        write!(f, "`{table}`: {only_in_current} rows only in the present, {only_in_next} only in the new")
    }
}

/// A database in which rows and checkpoints commit together: what has to be written once a database.
///
/// # Laws
///
/// 1. **Together.** What the work did and the step of the checkpoint are durable together, or neither happened.
/// 2. **Fenced.** As [`Checkpoints`]: with another fence than stands there, nothing happens.
/// 3. **Apart.** Each projection has a place of its own for its tables, and another while it is rebuilt. The swap is atomic
///    to whoever reads.
pub trait Database: Checkpoints + Clone {
    /// What rows are read and written through.
    type Connection: Send + 'static;

    /// What it is called in messages.
    const NAME: &'static str;

    /// The database of a store, if it is of this kind.
    fn of(store: &AnyStore) -> Option<Self>;

    /// Makes the place for a projection's tables and lets `create` fill it, once, whoever of many comes first.
    /// [`Build::Next`] is made anew each time.
    ///
    /// Rows that are there, and were taken in by another number of `shares`, are refused with
    /// [`ProjectionError::Partitions`].
    fn prepare<'a>(
        &'a self,
        projection: &'a str,
        build: Build,
        shares: usize,
        create: Work<Self::Connection>,
    ) -> BoxFuture<'a, Result<(), WriteFault>>;

    /// Does `work` on the tables of `build`, and moves the checkpoint, in one transaction.
    fn transact<'a>(
        &'a self,
        projection: &'a str,
        lease: &'a Lease,
        build: Build,
        to: &'a Checkpoint,
        work: Work<Self::Connection>,
    ) -> BoxFuture<'a, Result<Lease, WriteFault>>;

    /// Compares the two sets of tables, row by row.
    fn differences<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<Vec<Difference>, StoreError>>;

    /// Puts the next set of tables, which is built by right of `next`, in the place of the present one. Each of `leases`, one a
    /// share, moves to its checkpoint, and the right to build is gone. So are the rights of those who shared it out otherwise.
    fn swap<'a>(
        &'a self,
        projection: &'a str,
        next: &'a Lease,
        leases: &'a [(Lease, Checkpoint)],
    ) -> BoxFuture<'a, Result<Vec<Lease>, WriteFault>>;

    /// Takes the next set of tables away.
    fn discard<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), StoreError>>;
}
