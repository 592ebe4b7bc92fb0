//! A store in memory where commits queue.

use foldline::{
    CommitId, MemoryStore, StoreError,
    storage::{Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket},
};
use futures_util::future::{BoxFuture, FutureExt};

/// Everybody who has decided lets everybody else decide before they commit, as happens where commits wait for a
/// database. In memory alone, most decisions would be over before the next began, and a fault would rarely show.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queueing(MemoryStore);

impl Store for Queueing {
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        async {
            for _ in 0..8 {
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
