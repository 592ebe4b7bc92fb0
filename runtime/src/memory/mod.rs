//! The store in memory: the reference for the laws, and what tests and first steps run on.

mod state;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures_util::future::{BoxFuture, FutureExt, ready};
use tokio::sync::watch;

use self::state::State;
use crate::{
    error::StoreError,
    id::CommitId,
    store::{Commit, LogPage, LogRead, Outcome, Place, Receipt, Store, StreamPage, StreamRead, Ticket},
};

/// A log in this process's memory. Every clone is the same log; it ends with the last of them.
///
/// It keeps the same laws as every other store but one: nothing survives the process.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    state: Arc<RwLock<State>>,
    end: Arc<watch::Sender<End>>,
}

/// What those who wait are told of.
#[derive(Debug, Default)]
struct End {
    head: u64,
    closed: bool,
}

impl MemoryStore {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Arc::default(), end: Arc::default() }
    }

    // The state is whole between any two statements that could panic, so a poisoned lock guards a sound log.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        ready(Ok(Place::unbounded())).boxed()
    }

    fn submit(&self, _: Place, commit: Commit) -> Ticket {
        let mut state = self.write();
        let outcome = state.commit(&commit);
        if let Outcome::Committed(Receipt { position: Some(position), .. }) = &outcome {
            // Told under the lock, so that nobody is told a smaller position after a larger one. Whoever subscribes later
            // looks at the value before it waits, so nobody is to be woken but those who are there.
            self.end.send_if_modified(|end| {
                end.head = *position;
                self.end.receiver_count() > 0
            });
        }
        drop(state);
        Ticket::settled(outcome)
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        let state = self.read();
        ready(Ok(reads.iter().map(|read| state.read_stream(read)).collect())).boxed()
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        ready(self.read().read_log(&read)).boxed()
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        ready(Ok(self.read().head())).boxed()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut end = self.end.subscribe();
        async move {
            let end = end.wait_for(|end| end.head > position || end.closed).await.map_err(|_| StoreError::Closed)?;
            if end.head > position { Ok(end.head) } else { Err(StoreError::Closed) }
        }
        .boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        ready(Ok(self.read().find_commit(id))).boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        let mut state = self.write();
        state.close();
        // Nothing will come that anyone could wait for.
        self.end.send_modify(|end| end.closed = true);
        drop(state);
        ready(()).boxed()
    }
}
