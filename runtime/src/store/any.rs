//! A store whose kind was chosen when the program started.

use std::{any::Any, sync::Arc};

use futures_util::future::BoxFuture;

use super::{
    Checkpoints, Commit, Health, HealthLimits, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket,
    Vitals,
};
use crate::{error::StoreError, id::CommitId};

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

impl Store for AnyStore {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn vitals(&self) -> Vitals {
        self.0.vitals()
    }

    fn health(&self, limits: HealthLimits) -> BoxFuture<'_, Health> {
        self.0.health(limits)
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        self.0.reserve()
    }

    fn try_reserve(&self) -> Option<Place> {
        self.0.try_reserve()
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

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        self.0.checkpoints()
    }

    fn database(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.0.database()
    }
}
