//! How many bytes are under way.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Counts bytes, and lets callers wait until there are few enough.
#[derive(Debug)]
pub(super) struct Gauge {
    bytes: AtomicUsize,
    limit: usize,
    fewer: Notify,
}

/// Bytes that are counted until this is dropped.
#[derive(Debug)]
pub(super) struct Load {
    gauge: Arc<Gauge>,
    bytes: usize,
}

impl Gauge {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { bytes: AtomicUsize::new(0), limit, fewer: Notify::new() })
    }

    pub(super) fn load(self: &Arc<Self>, bytes: usize) -> Load {
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Load { gauge: Arc::clone(self), bytes }
    }

    pub(super) async fn has_room(&self) {
        loop {
            // Listening before looking, so that what changes in between is not missed.
            let fewer = self.fewer.notified();
            if self.bytes.load(Ordering::Acquire) < self.limit {
                return;
            }
            fewer.await;
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let before = self.gauge.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        if before >= self.gauge.limit {
            self.gauge.fewer.notify_waiters();
        }
    }
}
