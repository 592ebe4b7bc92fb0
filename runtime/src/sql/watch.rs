//! Noticing what other processes append, by looking. How often, and what else hints at it, is the store's.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::select;
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::error::StoreError;

/// The head as it is known from outside. It is looked for only while somebody waits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    head: watch::Sender<u64>,
    wanted: Arc<Notify>,
    hint: Arc<Notify>,
}

impl Sight {
    /// Waits until the log is seen to reach beyond `position`.
    pub(crate) async fn beyond(&self, position: u64) -> Result<u64, StoreError> {
        let mut head = self.head.subscribe();
        self.wanted.notify_waiters();
        let reached = head.wait_for(|head| *head > position).await;
        reached.map(|head| *head).map_err(|_| StoreError::Closed)
    }

    /// Waits until somebody waits.
    pub(crate) async fn until_wanted(&self) {
        loop {
            let asked = self.wanted.notified();
            if self.head.receiver_count() > 0 {
                return;
            }
            asked.await;
        }
    }

    /// There may be something new: it is looked for at once.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only a server tells"))]
    pub(crate) fn hint(&self) {
        self.hint.notify_one();
    }

    /// Looks at the head when somebody begins to wait, when there is a hint, and now and then.
    pub(crate) async fn look<F>(self, interval: Duration, head: impl Fn() -> F + Send)
    where
        F: Future<Output = Result<u64, StoreError>> + Send,
    {
        loop {
            self.until_wanted().await;
            let (asked, hinted) = (self.wanted.notified(), self.hint.notified());
            // Whoever cannot be asked now will be asked again.
            if let Ok(now) = head().await {
                self.head.send_if_modified(|known| std::mem::replace(known, now.max(*known)) < now);
            }
            let _ = timeout(interval, select(Box::pin(asked), Box::pin(hinted))).await;
        }
    }
}

/// Tasks that end when this is dropped.
#[derive(Default)]
pub(crate) struct Tasks(Vec<JoinHandle<()>>);

impl Tasks {
    pub(crate) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.push(tokio::spawn(task));
    }

    pub(crate) fn stop(&self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("count", &self.0.len()).finish()
    }
}
