//! Who is inside: so that an executor can let everybody finish, and nobody else in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::error::StoreError;

#[derive(Debug, Default)]
pub(super) struct Doors {
    shut: AtomicBool,
    inside: AtomicUsize,
    left: Notify,
}

/// Somebody inside; gone when dropped.
#[derive(Debug)]
pub(super) struct Guest<'a>(&'a Doors);

impl Doors {
    pub(super) fn enter(&self) -> Result<Guest<'_>, StoreError> {
        // Counted first and asked second: whoever shuts the doors sees everybody who found them open.
        self.inside.fetch_add(1, Ordering::SeqCst);
        let guest = Guest(self);
        if self.shut.load(Ordering::SeqCst) { Err(StoreError::Closed) } else { Ok(guest) }
    }

    /// How many are inside.
    pub(super) fn inside(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// Lets nobody in any more, and waits until everybody has left.
    pub(super) async fn shut(&self) {
        self.shut.store(true, Ordering::SeqCst);
        loop {
            let left = self.left.notified();
            if self.inside.load(Ordering::SeqCst) == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let last = self.0.inside.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && self.0.shut.load(Ordering::SeqCst) {
            self.0.left.notify_waiters();
        }
    }
}
