//! The log that a case is tried on.

use std::{any::Any, fmt, time::Duration};

use futures_util::future::{BoxFuture, FutureExt};

use crate::{
    recorded::RawEvent,
    storage::{Commit, LogRead, Outcome, Seen, Store, StreamRead},
    store::AnyStore,
    stream::StreamName,
};

/// A fresh, empty log under test.
pub struct Subject {
    store: AnyStore,
    again: Option<Reopen>,
    /// Dropped behind the store.
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

type Reopen = Box<dyn Fn() -> BoxFuture<'static, AnyStore> + Send + Sync>;

impl Subject {
    /// The log of this store.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self { store: AnyStore::new(store), again: None, kept: Vec::new() }
    }

    /// A log that others share: `again` opens it a second time, as another process would.
    #[must_use]
    pub fn reopening<S: Store, F>(mut self, again: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = S> + Send + 'static,
    {
        self.again = Some(Box::new(move || again().map(AnyStore::new).boxed()));
        self
    }

    /// Keeps something alive for as long as the case runs: a directory, a server.
    #[must_use]
    pub fn keeping(mut self, guard: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(guard));
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &AnyStore {
        &self.store
    }

    /// The same log, opened a second time; `None` if only one may hold it.
    pub(crate) async fn reopened(&self) -> Option<AnyStore> {
        match &self.again {
            Some(again) => Some(again().await),
            None => None,
        }
    }

    pub(crate) async fn settle(&self, commit: impl Into<Commit>) -> Outcome {
        settle(&self.store, commit).await
    }

    pub(crate) async fn end_of(&self, stream: &str) -> Seen {
        end_of(&self.store, stream).await
    }

    pub(crate) async fn log(&self) -> Vec<RawEvent> {
        log(&self.store).await
    }

    pub(crate) async fn stream(&self, stream: &str) -> Vec<RawEvent> {
        stream_of(&self.store, stream).await
    }
}

/// Submits a commit, and waits for its end.
pub(crate) async fn settle(store: &AnyStore, commit: impl Into<Commit>) -> Outcome {
    match store.reserve().await {
        Ok(place) => store.submit(place, commit.into()).outcome().await,
        Err(error) => Outcome::Failed(error),
    }
}

pub(crate) async fn end_of(store: &AnyStore, stream: &str) -> Seen {
    let events = stream_of(store, stream).await;
    events.last().map_or(Seen::Nothing, |last| Seen::At { version: last.version(), commit: last.commit() })
}

/// The whole log, page by page.
pub(crate) async fn log(store: &AnyStore) -> Vec<RawEvent> {
    let mut events = Vec::new();
    let mut read = LogRead::after(0);
    loop {
        let page = works("reading the log", store.read_log(read.clone()).await);
        events.extend(page.events);
        assert!(!page.more || page.reached > read.after, "a page that says there is more has to get further");
        read.after = page.reached;
        if !page.more {
            return events;
        }
    }
}

/// A whole stream, page by page.
pub(crate) async fn stream_of(store: &AnyStore, stream: &str) -> Vec<RawEvent> {
    let mut events: Vec<RawEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, RawEvent::version);
        let read = StreamRead::new(StreamName::from(stream)).after(after);
        let mut pages = works("reading a stream", store.read_streams(vec![read]).await);
        assert_eq!(pages.len(), 1, "one page for one read");
        let page = pages.remove(0);
        let further = page.events.last().is_some_and(|last| last.version() > after);
        assert!(!page.more || further, "a page that says there is more has to get further");
        events.extend(page.events);
        if !page.more {
            return events;
        }
    }
}

/// What must not fail.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a case fails")]
pub(crate) fn works<T, E: fmt::Debug>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what} failed: {error:?}"),
    }
}

/// Runs one case on a fresh log, with real threads. A case that hangs fails.
///
/// # Panics
/// When the case fails.
pub fn check<O, C>(open: impl Fn() -> O, case: impl Fn(Subject) -> C)
where
    O: Future<Output = Subject>,
    C: Future<Output = ()>,
{
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = works("starting a runtime", built);
    // Not an assertion about time: whatever still runs after two minutes waits for something that will not come.
    let hung = Duration::from_secs(120);
    runtime.block_on(async {
        let case = async { case(open().await).await };
        works("ending within two minutes", tokio::time::timeout(hung, case).await);
    });
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("store", &self.store).finish_non_exhaustive()
    }
}
