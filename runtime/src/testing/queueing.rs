//! A store where whoever has decided has to queue.

use futures_util::future::{BoxFuture, FutureExt};

use crate::{
    error::StoreError,
    id::CommitId,
    store::{AnyStore, Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket, Vitals},
};

/// A store where whoever has decided lets others decide too before the commit, for tests of many commands at once.
///
/// So it is wherever commits wait for a database. In memory alone most commands are over before the next one begins, and
/// what concurrency breaks would rarely break in a test: `Executor::new(Queueing::before(MemoryStore::new()))`.
#[derive(Debug, Clone)]
pub struct Queueing(AnyStore);

/// How often others get a turn before a commit: enough for tasks that are only just being woken.
const TURNS: usize = 8;

impl Queueing {
    /// A queue before this store.
    #[must_use]
    pub fn before(store: impl Store) -> Self {
        Self(AnyStore::new(store))
    }
}

impl Store for Queueing {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn vitals(&self) -> Vitals {
        self.0.vitals()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        async {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            self.0.reserve().await
        }
        .boxed()
    }

    fn submit(&self, place: Place, commit: Commit) -> Ticket {
        self.0.submit(place, commit)
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.0.read_streams(reads)
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.0.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.wait_beyond(position)
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.0.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.0.close()
    }
}
