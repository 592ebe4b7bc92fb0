//! Stores that behave badly, around one that behaves well.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use foldline_runtime::{
    CommitId, MemoryStore, StoreError, StreamName,
    storage::{
        Commit, Expectation, LogPage, LogRead, NewEvent, Outcome, Place, Receipt, Seen, Settle, Store, StreamPage,
        StreamRead, Ticket,
    },
};
use futures_util::future::BoxFuture;

/// Does something of its own with each commit.
#[derive(Clone)]
pub(crate) struct Meddling {
    pub(crate) store: MemoryStore,
    meddle: Arc<Meddle>,
    /// So many times streams cannot be read.
    pub(crate) unreadable: Arc<AtomicU32>,
}

type Meddle = dyn Fn(&MemoryStore, Commit) -> Ticket + Send + Sync;

impl Meddling {
    pub(crate) fn new(meddle: impl Fn(&MemoryStore, Commit) -> Ticket + Send + Sync + 'static) -> Self {
        Self { store: MemoryStore::new(), meddle: Arc::new(meddle), unreadable: Arc::default() }
    }

    /// The same, around a log that has events already.
    pub(crate) fn around(mut self, store: MemoryStore) -> Self {
        self.store = store;
        self
    }

    /// It takes what it is given, and answers nobody.
    pub(crate) fn silent() -> Self {
        let unanswered = std::sync::Mutex::new(Vec::<Settle>::new());
        Self::new(move |store, commit| {
            let _ = store.submit(Place::unbounded(), commit);
            let (ticket, settle) = Ticket::pending();
            unanswered.lock().expect("unpoisoned").push(settle);
            ticket
        })
    }

    /// Before each of the first `times` commits, somebody else writes on the first stream that it saw.
    pub(crate) fn contended(times: u32) -> Self {
        let left = AtomicU32::new(times);
        Self::new(move |store, commit| {
            if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                let first = commit.expectations().first().expect("a stream");
                write(store, first.stream.as_str(), "tally.added", 1, br#"{"n":100}"#);
            }
            store.submit(Place::unbounded(), commit)
        })
    }

    /// The first `times` commits fail like this, and are not stored.
    pub(crate) fn failing(times: u32, error: StoreError) -> Self {
        let left = AtomicU32::new(times);
        Self::new(move |store, commit| {
            if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Ticket::settled(Outcome::Failed(error.clone()));
            }
            store.submit(Place::unbounded(), commit)
        })
    }

    /// It answers each one only once the next has come, and that one first.
    pub(crate) fn backwards() -> Self {
        let waiting = std::sync::Mutex::new(None::<(Settle, Outcome)>);
        Self::new(move |store, commit| {
            let ticket = store.submit(Place::unbounded(), commit);
            let outcome = futures_util::FutureExt::now_or_never(ticket.outcome()).expect("memory does not wait");
            let earlier = waiting.lock().expect("unpoisoned").take();
            if let Some((settle, earlier)) = earlier {
                // Told by another task: this one is still being answered.
                tokio::spawn(async move {
                    tokio::task::yield_now().await;
                    settle.settle(earlier);
                });
                return ticket;
            }
            let (late, settle) = Ticket::pending();
            *waiting.lock().expect("unpoisoned") = Some((settle, outcome));
            late
        })
    }

    /// It does what it should.
    pub(crate) fn not() -> Self {
        Self::new(|store, commit| store.submit(Place::unbounded(), commit))
    }

    /// It stores what it is given, and loses sight of it.
    pub(crate) fn forgetful() -> Self {
        Self::new(|store, commit| {
            let _ = store.submit(Place::unbounded(), commit);
            Ticket::settled(Outcome::Unknown(StoreError::Closed))
        })
    }
}

/// Puts an event on a stream, whatever it says.
pub(crate) fn write(store: &MemoryStore, stream: &str, name: &'static str, schema_version: u32, payload: &[u8]) {
    let name_of = StreamName::from(stream);
    let read = store.read_streams(vec![StreamRead::new(name_of.clone())]);
    let page = futures_util::FutureExt::now_or_never(read).expect("memory does not wait").expect("a page").remove(0);
    let end = page.events.last().map(|last| Seen::At { version: last.version(), commit: last.commit() });
    let expectation = Expectation { stream: name_of, seen: end.unwrap_or(Seen::Nothing) };
    let event = NewEvent { stream: 0, name, schema_version, payload: 0..payload.len() };
    let commit = Commit::new(CommitId::fresh(), vec![expectation]).with_events(vec![event], payload.to_vec());
    let ticket = store.submit(Place::unbounded(), commit.expect("a commit"));
    assert_eq!(ticket.status(), foldline_runtime::storage::Status::Committed);
}

impl std::fmt::Debug for Meddling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meddling")
    }
}

impl Store for Meddling {
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        self.store.reserve()
    }

    fn submit(&self, _: Place, commit: Commit) -> Ticket {
        (self.meddle)(&self.store, commit)
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        if self.unreadable.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let error = StoreError::Unavailable { context: "reading".into(), source: None };
            return Box::pin(async { Err(error) });
        }
        self.store.read_streams(reads)
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.store.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.store.wait_beyond(position)
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.store.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}
