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
        // The log may have grown since its head was read.
        events.truncate(events.partition_point(|event| event.position() <= head));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        id::CommitId,
        metadata::Metadata,
        recorded::{CommitInfo, Place},
        time::Timestamp,
    };

    fn events(positions: std::ops::RangeInclusive<u64>) -> Vec<RawEvent> {
        let commit = Arc::new(CommitInfo::new(CommitId::fresh(), Timestamp::from_micros(0), Metadata::default()));
        let event = |position| {
            let place = Place { position, version: position };
            RawEvent::new(place, "a-1".into(), "a.happened".into(), 1, "{}".into(), Arc::clone(&commit))
        };
        positions.map(event).collect()
    }

    fn page(read: &LogRead, head: u64, found: std::ops::RangeInclusive<u64>) -> Option<(Vec<u64>, u64, bool)> {
        let page = Window::of(read).page(read, head, events(found)).ok()?;
        Some((page.events.iter().map(RawEvent::position).collect(), page.reached, page.more))
    }

    #[test]
    fn a_page_ends_at_the_head_that_was_read_whatever_came_since() {
        let read = LogRead { limit: 3, ..LogRead::after(2) };
        assert_eq!(page(&read, 4, 3..=6), Some((vec![3, 4], 4, false)));
        assert_eq!(page(&read, 9, 3..=6), Some((vec![3, 4, 5], 5, true)));
        assert_eq!(page(&read, 2, 3..=6), Some((vec![], 2, false)));
        assert_eq!(page(&read, 1, 3..=6), None, "it begins beyond the end");
        assert_eq!(page(&LogRead { until: 4, ..read }, 9, 3..=4), Some((vec![3, 4], 4, false)));
    }

    #[test]
    fn what_is_not_in_a_page_of_rare_events_was_looked_at() {
        let read = LogRead { limit: 3, events: Some(vec!["a".to_owned()].into()), ..LogRead::after(0) };
        assert_eq!(page(&read, 1_000_000, 7..=8), Some((vec![7, 8], FILTER_WINDOW, true)));
        assert_eq!(page(&read, 9, 7..=8), Some((vec![7, 8], 9, false)));
    }
}
