//! A value in memory, and the handle by which it is read.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// Reads a model in memory. Cheap to clone.
pub struct View<P>(Arc<RwLock<At<P>>>);

#[derive(Debug)]
struct At<P> {
    position: u64,
    value: P,
}

impl<P> View<P> {
    pub(super) fn of(value: P) -> Self {
        Self(Arc::new(RwLock::new(At { position: 0, value })))
    }

    /// Looks at the value, as it is between two batches of events. It does not change meanwhile, so do not look for long:
    /// take out what is wanted.
    pub fn read<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.read_at(|value, _| look(value))
    }

    /// The same, with the position that the value is at.
    pub fn read_at<T>(&self, look: impl FnOnce(&P, u64) -> T) -> T {
        let at = self.0.read().unwrap_or_else(PoisonError::into_inner);
        look(&at.value, at.position)
    }

    /// The position that the value is at.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.read_at(|_, position| position)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut P, &mut u64) -> T) -> T {
        let mut at = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let At { position, value } = &mut *at;
        change(value, position)
    }
}

impl<P> Clone for View<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for View<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}

/// How a value is written down.
pub(super) struct Form<P> {
    pub(super) write: fn(&P) -> Result<Vec<u8>, serde_json::Error>,
    pub(super) read: fn(&[u8]) -> Result<P, serde_json::Error>,
}

impl<P> Clone for Form<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Form<P> {}
