//! What is asked of a database for a page, and what the page is made of. Pure.

use super::numbers::big;
use crate::{
    error::StoreError,
    recorded::RawEvent,
    store::{LogPage, LogRead, StreamPage, StreamRead},
};

/// How far a reader of rare events looks at once.
const FILTER_WINDOW: u64 = 20_000;

/// How many rows to ask for: one more than is wanted tells whether there is more.
pub(crate) fn most(read: &StreamRead) -> i64 {
    big(read.limit as u64).saturating_add(1)
}

/// Deals out what was read to the pages it was asked for, each event with the index of its read.
pub(crate) fn dealt(reads: &[StreamRead], events: impl Iterator<Item = (usize, RawEvent)>) -> Vec<StreamPage> {
    let mut pages: Vec<StreamPage> = reads.iter().map(|_| StreamPage::default()).collect();
    for (index, event) in events {
        let Some((page, read)) = pages.get_mut(index).zip(reads.get(index)) else { continue };
        if page.events.len() < read.limit {
            page.events.push(event);
        } else {
            page.more = true;
        }
    }
    pages
}

/// The part of the log that one page may come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) after: u64,
    pub(crate) until: u64,
    /// How many rows to ask for.
    pub(crate) most: u64,
    pub(crate) filtered: bool,
}

impl Window {
    pub(crate) fn of(read: &LogRead) -> Self {
        let filtered = read.categories.is_some() || read.events.is_some();
        // Positions are dense: so many events lie within so many positions.
        let most = (read.limit.max(1) as u64).saturating_add(1);
        let reach = if filtered { most.max(FILTER_WINDOW) } else { most };
        Self { after: read.after, until: read.after.saturating_add(reach).min(read.until), most, filtered }
    }

    /// The page, when the log reached up to `head` before `events` were read.
    pub(crate) fn page(self, read: &LogRead, head: u64, mut events: Vec<RawEvent>) -> Result<LogPage, StoreError> {
        if read.after > head {
            return Err(StoreError::BeyondHead { what: "position", asked: read.after, head });
        }
        let (limit, end) = (read.limit.max(1), read.until.min(head));
        let cut = events.len() > limit;
        events.truncate(limit);
        let reached = match events.last() {
            Some(last) if cut => last.position(),
            _ => self.until.min(end).max(read.after),
        };
        Ok(LogPage { events, reached, more: reached < end })
    }
}
