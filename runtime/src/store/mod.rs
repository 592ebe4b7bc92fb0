//! What a store is, and the laws that every store keeps.

mod any;
mod checkpoint;
mod commit;
mod database;
mod glob;
mod log;
mod pages;
mod place;
mod read;
mod ticket;
mod vitals;

use std::{any::Any, fmt::Debug, sync::Arc, time::Instant};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::time::timeout;

pub use self::{
    any::AnyStore,
    checkpoint::{Checkpoint, Checkpoints, Claim, Lease, Parked, Snapshot},
    commit::{Commit, Expectation, IdempotencyKey, NewEvent, Receipt, Refusal, Seen},
    database::{Build, Database, Difference, Rows, Work, WriteFault},
    log::{History, Log},
    place::{Failing, Failures, HeldOff, Place},
    read::{LogPage, LogRead, StreamPage, StreamRead},
    ticket::{End, Outcome, Settle, Status, Ticket, Watch},
    vitals::{Ailment, Health, HealthLimits, PoolVitals, Vitals},
};
use crate::{error::StoreError, id::CommitId, stream::StreamKey};

/// A log of events, and what a commit to it may expect.
///
/// # Laws
///
/// 1. **Atomic.** A commit's events are stored together or not at all.
/// 2. **Serial.** Commits take their places one after another. A commit is accepted exactly when each of its
///    expectations is true at its place; every expectation counts, on streams that it writes and on streams that it
///    does not. A commit without events is checked the same way. It may stand on one that the same handle submitted
///    before it and whose outcome nobody knows yet: it is accepted if that one is.
/// 3. **Dense.** Positions are 1, 2, 3, … in the order of commit, and versions within a stream likewise. Whoever has
///    seen position *n* has seen all up to *n*.
/// 4. **Durable.** An [`Outcome::Committed`] is final, and at the durability that the store states.
/// 5. **Once.** A commit with an idempotency key that is taken is refused with what the key stands for, before any
///    expectation is looked at. A proof leaves no key.
/// 6. **Honest.** An [`Outcome::Failed`] means that nothing was stored; when that is not certain, the outcome is
///    [`Outcome::Unknown`].
///
/// The conformance suite (`foldline::testing::contract`) is their executable form.
#[doc(alias = "event store")]
pub trait Store: Debug + Send + Sync + 'static {
    /// What metrics and traces call this log: their label `log`.
    fn name(&self) -> &str {
        "log"
    }

    /// How it is doing, as far as this process knows without asking.
    fn vitals(&self) -> Vitals {
        Vitals::default()
    }

    /// How it is doing: asks for a sign of life, and looks at what is under way. The answer comes in time, whatever the store
    /// does.
    fn health(&self, limits: HealthLimits) -> BoxFuture<'_, Health> {
        async move {
            let asked = Instant::now();
            let answer = match timeout(limits.answer, self.head()).await {
                Ok(Ok(_)) => Ok(asked.elapsed()),
                Ok(Err(error)) => Err(Ailment::Failing { error: error.to_string() }),
                Err(_) => Err(Ailment::Silent { within: limits.answer }),
            };
            Health::of(self.vitals(), answer, limits)
        }
        .boxed()
    }

    /// Takes a place in the queue; waits while the queue is full.
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>>;

    /// A place that can be had without waiting; `None` if there is none, or only [`reserve`](Self::reserve) can tell.
    fn try_reserve(&self) -> Option<Place> {
        None
    }

    /// Hands a commit over, at once and without waiting. The ticket says what becomes of it.
    fn submit(&self, place: Place, commit: Commit) -> Ticket;

    /// Reads from many streams at once, a page each, in the order asked.
    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>>;

    /// Reads a page of the log.
    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>>;

    /// The last position; 0 for an empty log.
    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Waits until the log reaches beyond `position`, and says how far it reaches. Closing the store ends the wait, with
    /// [`StoreError::Closed`].
    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// What became of a commit with events; `None` if the log does not hold it.
    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>>;

    /// Settles what was accepted, then refuses everything.
    fn close(&self) -> BoxFuture<'_, ()>;

    /// Where projections leave how far they are; `None` if they can do so nowhere.
    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        None
    }

    /// The database that read models can live in beside the log, a [`Database`], for those who know which.
    fn database(&self) -> Option<&(dyn Any + Send + Sync)> {
        None
    }

    /// The log after position `after` (0: from the start), in order, as a bounded stream of pages' worth of events.
    fn log(&self, after: u64) -> Log
    where
        Self: Clone + Sized,
    {
        Log::new(AnyStore::new(self.clone()), after)
    }

    /// The events of one stream, in order, as a bounded stream of pages' worth of events.
    fn history<K: StreamKey>(&self, key: &K) -> History<K>
    where
        Self: Clone + Sized,
    {
        History::new(AnyStore::new(self.clone()), key)
    }
}
