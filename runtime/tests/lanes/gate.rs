//! A store whose commits wait at a gate until a test lets them through, or turns them away.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldline_runtime::{
    CommitId, MemoryStore, StoreError,
    storage::{
        Commit, Failures, LogPage, LogRead, Outcome, Place, Receipt, Settle, Store, StreamPage, StreamRead, Ticket,
    },
};
use futures_util::{
    FutureExt,
    future::{BoxFuture, ready},
};

#[derive(Debug, Clone, Default)]
pub(crate) struct Gate(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    store: MemoryStore,
    waiting: Mutex<VecDeque<(Commit, Settle)>>,
    /// The version behind which each read of a stream began.
    reads: Mutex<Vec<u64>>,
    /// How many reads fail before one does not.
    broken: AtomicUsize,
    failures: Failures,
    /// How many commits were submitted with failures held off.
    held_off: AtomicUsize,
}

impl Gate {
    /// How many commits stand at the gate.
    pub(crate) fn waiting(&self) -> usize {
        self.0.waiting.lock().unwrap().len()
    }

    /// How many streams were read.
    pub(crate) fn reads(&self) -> usize {
        self.read_from().len()
    }

    /// Behind which version each read of a stream began.
    pub(crate) fn read_from(&self) -> Vec<u64> {
        self.0.reads.lock().unwrap().clone()
    }

    /// How many commits could be sure that nothing failed while they were submitted.
    pub(crate) fn held_off(&self) -> usize {
        self.0.held_off.load(Ordering::SeqCst)
    }

    /// Lets the next read fail, as one does that may go well another time.
    pub(crate) fn break_next_read(&self) {
        self.0.broken.fetch_add(1, Ordering::SeqCst);
    }

    /// Waits until so many commits stand at the gate: everybody else gets a turn meanwhile.
    pub(crate) async fn until(&self, commits: usize) {
        for _ in 0..10_000 {
            if self.waiting() == commits {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{} commits stand at the gate, not {commits}", self.waiting());
    }

    /// Lets the first one through: the store says what becomes of it.
    pub(crate) fn pass(&self) {
        let (commit, settle) = self.first();
        let ticket = self.0.store.submit(Place::unbounded(), commit);
        settle.settle(ticket.outcome().now_or_never().expect("memory does not wait"));
    }

    /// Turns the first one away: nothing of it is stored.
    pub(crate) fn turn_away(&self) {
        let broken = StoreError::Failed { context: "turned away".into(), source: None };
        self.first().1.settle(Outcome::Failed(broken));
    }

    fn first(&self) -> (Commit, Settle) {
        self.0.waiting.lock().unwrap().pop_front().expect("somebody at the gate")
    }

    /// What stands at the gate, as it is.
    pub(crate) fn inspect<T>(&self, look: impl FnOnce(Vec<&Commit>) -> T) -> T {
        look(self.0.waiting.lock().unwrap().iter().map(|(commit, _)| commit).collect())
    }
}

impl Store for Gate {
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        ready(Ok(Place::unbounded().beside(&self.0.failures))).boxed()
    }

    fn submit(&self, _: Place, commit: Commit) -> Ticket {
        self.0.held_off.fetch_add(usize::from(self.0.failures.are_held_off()), Ordering::SeqCst);
        let (ticket, settle) = Ticket::pending();
        self.0.waiting.lock().unwrap().push_back((commit, settle));
        ticket
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.0.reads.lock().unwrap().extend(reads.iter().map(|read| read.after));
        if self.0.broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |broken| broken.checked_sub(1)).is_ok() {
            return ready(Err(StoreError::Unavailable { context: "as told".into(), source: None })).boxed();
        }
        async {
            // Long enough for others to come to the same stream.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.0.store.read_streams(reads).await
        }
        .boxed()
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.0.store.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.store.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.store.wait_beyond(position)
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.0.store.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.store.close()
    }
}
