//! The store in memory: the reference for the laws, and what tests and first steps run on.

mod checkpoints;
mod pages;
mod state;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures_util::future::{BoxFuture, FutureExt, ready};
use tokio::sync::watch;

use self::{
    checkpoints::Kept,
    state::{Prepared, State},
};
use crate::{
    error::StoreError,
    id::CommitId,
    store::{Checkpoints, Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket, Vitals},
};

/// A log in this process's memory. Every clone is the same log; it ends with the last of them.
///
/// It keeps the same laws as every other store but one: nothing survives the process.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    state: Arc<RwLock<State>>,
    /// Touched when the log has grown or was closed, if anyone waits for that.
    grown: Arc<watch::Sender<()>>,
    kept: Arc<Kept>,
}

impl MemoryStore {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Arc::default(), grown: Arc::default(), kept: Arc::default() }
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
    fn name(&self) -> &'static str {
        "memory"
    }

    fn vitals(&self) -> Vitals {
        Vitals { head: Some(self.read().head()), ..Vitals::default() }
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        ready(Ok(Place::unbounded())).boxed()
    }

    fn try_reserve(&self) -> Option<Place> {
        Some(Place::unbounded())
    }

    fn submit(&self, _: Place, commit: Commit) -> Ticket {
        let prepared = Prepared::from(commit);
        let outcome = self.write().commit(prepared);
        // Whoever subscribes later looks at the log before it waits, so nobody is to be woken but those who are there.
        if self.grown.receiver_count() > 0 {
            self.grown.send_replace(());
        }
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
        let mut grown = self.grown.subscribe();
        async move {
            loop {
                if let Some(end) = self.read().end_of_wait(position) {
                    return end;
                }
                grown.changed().await.map_err(|_| StoreError::Closed)?;
            }
        }
        .boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        ready(Ok(self.read().find_commit(id))).boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.write().close();
        // Nothing will come that anyone could wait for.
        self.grown.send_replace(());
        ready(()).boxed()
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::clone(&self.kept) as Arc<dyn Checkpoints>)
    }
}
