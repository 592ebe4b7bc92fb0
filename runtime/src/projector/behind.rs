//! How long a projection has been behind.

use std::time::Duration;

use crate::{
    error::StoreError,
    store::{AnyStore, LogRead, Store},
    time::Timestamp,
};

/// The first event that a projection has not taken in. Its age is how long the projection has been behind; that of the last
/// event taken in is not: in a quiet log it is an old one.
#[derive(Default)]
pub(super) struct Behind {
    /// The position that the projection stood at, and the time of the event behind it.
    next: Option<(u64, Timestamp)>,
}

impl Behind {
    /// Nothing for one that stands at the end of the log. The store is asked once for each position that one falls behind at.
    pub(super) async fn age(&mut self, store: &AnyStore, position: u64, lag: u64) -> Result<Duration, StoreError> {
        if lag == 0 {
            self.next = None;
        } else if self.next.is_none_or(|(at, _)| at != position) {
            let page = store.read_log(LogRead { limit: 1, ..LogRead::after(position) }).await?;
            self.next = page.events.first().map(|event| (position, event.time()));
        }
        Ok(self.known())
    }

    /// The age of what was last looked up.
    pub(super) fn known(&self) -> Duration {
        let since = |next: Timestamp| Timestamp::now().as_micros().saturating_sub(next.as_micros());
        Duration::from_micros(u64::try_from(self.next.map_or(0, |(_, next)| since(next))).unwrap_or(0))
    }
}
