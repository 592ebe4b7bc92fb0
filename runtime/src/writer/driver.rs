//! What a database has to be able to do, so that [`Batched`](super::Batched) makes a store of it.

use std::fmt::Debug;

use futures_util::future::BoxFuture;

use super::batch::{Batch, Verdict};
use crate::{
    error::StoreError,
    id::CommitId,
    store::{LogPage, LogRead, PoolVitals, Receipt, StreamPage, StreamRead},
};

/// A database under a [`Batched`](super::Batched) store.
///
/// # Laws
///
/// 1. **One at a time.** While a batch is appended nothing else is, by whomever: the database itself sees to it, with a
///    lock that it holds until the batch is durable. What it checks, it reads under that lock.
///    [`Batch::known`] expectations it may leave unread if the log ends where the batch says.
/// 2. **All that holds.** Of a batch it stores exactly the commits that [`Batch::refused`] leaves over, numbered densely
///    behind the head and dense in their streams, with their idempotency keys, in one transaction. A key that is taken
///    comes before any expectation.
/// 3. **Sent again.** With a [`known_head`](Batch::known_head) it first looks behind that head, under the lock, for the
///    batch's commits, and among the keys. If it finds any it stores nothing, and answers
///    [`Batch::verdicts_of_earlier`].
/// 4. **Two kinds of fault.** [`Fault::Unstored`] says that this sending stored nothing and never will. Whatever leaves
///    that open is [`Fault::Lost`].
///
/// The reading half is that of [`Store`](crate::storage::Store). The conformance suite (`foldline::testing::contract`) is
/// the executable form of both.
pub trait Driver: Debug + Send + Sync + 'static {
    /// What metrics and traces call this log: their label `log`.
    fn name(&self) -> &str {
        "log"
    }

    /// The connections that read, if it has such.
    fn pool(&self) -> Option<PoolVitals> {
        None
    }

    /// Appends a batch, and says what became of each commit, once that is durable.
    fn append<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, Fault>>;

    /// Reads from many streams at once, a page each, in the order asked.
    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>>;

    /// Reads a page of the log.
    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>>;

    /// The last position; 0 for an empty log.
    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Waits until the log reaches beyond `position`, whoever wrote it. What this process writes need not be noticed.
    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// What became of a commit with events; `None` if the log does not hold it.
    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>>;

    /// Lets go of the database. Nothing is appended after it.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Why a batch was not answered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// This sending stored nothing. If the error is transient the same batch may succeed later; if not, some commit of it
    /// cannot be stored.
    #[error("the batch was not stored")]
    Unstored(#[source] StoreError),
    /// The answer was lost: the batch may be stored, or be stored later.
    #[error("the answer to the batch was lost")]
    Lost(#[source] StoreError),
}
