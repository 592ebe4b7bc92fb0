//! A store whose kind was chosen when the program started.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket};
use crate::{error::StoreError, id::CommitId, memory::MemoryStore};

/// Any store. Cheap to clone: every clone is the same log.
#[derive(Debug, Clone)]
pub struct AnyStore(Arc<dyn Store>);

impl AnyStore {
    /// Forgets which kind of store it is.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }
}

/// Opens a store by its URL: `memory:`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), foldline_runtime::StoreError> {
/// let store = foldline_runtime::open("memory:").await?;
/// # let _ = store; Ok(()) }
/// ```
///
/// # Errors
/// When the URL names no store, or the store cannot be opened.
pub async fn open(url: &str) -> Result<AnyStore, StoreError> {
    let refuse = |reason: &str| {
        // Whatever stands before an `@` may be a password.
        let shown = match (url.find("://"), url.rfind('@')) {
            (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
            _ => url.to_owned(),
        };
        Err(StoreError::Url { url: shown, reason: reason.to_owned() })
    };
    match url.split_once(':') {
        Some(("memory", "")) => Ok(AnyStore::new(MemoryStore::new())),
        Some(("memory", _)) => refuse("a store in memory has no name: write `memory:`"),
        _ => refuse("this version opens `memory:`"),
    }
}

impl Store for AnyStore {
    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        self.0.reserve()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_url_that_names_no_store_is_told_so_without_its_password() {
        assert!(open("memory:").await.is_ok());
        for url in ["memory:bank", "redis://ada:secret@localhost/1", "bank.db", ""] {
            let Err(error) = open(url).await else { continue };
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(open("redis://localhost").await.is_err());
    }
}
