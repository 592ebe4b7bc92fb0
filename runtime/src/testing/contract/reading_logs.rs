//! Reading the log: whole, in pages, narrowed, as of a position.

use super::{Draft, Subject, accepted, subject::works};
use crate::{
    error::StoreError,
    recorded::RawEvent,
    storage::{LogRead, Seen, Store},
};

/// Whatever their size: nothing twice, nothing left out, and an end.
pub async fn pages_add_up_to_the_log(log: Subject) {
    for n in 0..4 {
        accepted(log.settle(Draft::new().starts(&format!("a-{n}"), n)).await);
    }
    for limit in 1..=7 {
        assert_eq!(walk(&log, LogRead { limit, ..LogRead::after(0) }).await, [1, 2, 3, 4, 5, 6], "in pages of {limit}");
        assert_eq!(walk(&log, LogRead { limit, ..LogRead::after(4) }).await, [5, 6], "in pages of {limit}");
    }
}

/// The log as of then.
pub async fn a_position_bounds_the_log(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 5)).await);
    for (after, until, expected) in [(0, 3, vec![1, 2, 3]), (2, 4, vec![3, 4]), (0, 0, vec![]), (4, 9, vec![5])] {
        for limit in 1..=6 {
            assert_eq!(walk(&log, LogRead { until, limit, ..LogRead::after(after) }).await, expected);
        }
    }
    let page = works("reading", log.store().read_log(LogRead { until: 3, ..LogRead::after(3) }).await);
    assert!(page.events.is_empty() && !page.more);
}

/// By the category of the stream, by the event's stored name, by both; and still in pages.
pub async fn categories_and_names_narrow_the_log(log: Subject) {
    let streams = ["a-1", "b-1", "ab-1", "a-1-b", "b", "a_-1", "A-1"];
    let draft = streams.iter().fold(Draft::new(), |draft, stream| draft.sees(stream, Seen::Nothing));
    let draft = streams
        .iter()
        .fold(draft, |draft, stream| draft.adds_as(stream, "x.one", 1, b"{}").adds_as(stream, "x.two", 1, b"{}"));
    accepted(log.settle(draft).await);

    let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let cases = [
        (some(&["a"]), None, vec![1, 2, 7, 8]),
        (some(&["b"]), None, vec![3, 4, 9, 10]),
        (some(&["b", "ab"]), None, vec![3, 4, 5, 6, 9, 10]),
        (some(&["A"]), None, vec![13, 14]),
        (some(&["a_", "%", "_", "a-1"]), None, vec![11, 12]),
        (None, some(&["x.two"]), vec![2, 4, 6, 8, 10, 12, 14]),
        (some(&["a"]), some(&["x.one"]), vec![1, 7]),
        (some(&["a"]), some(&["x.one", "x.two", "x'"]), vec![1, 2, 7, 8]),
        (some(&[]), None, vec![]),
        (None, some(&[]), vec![]),
    ];
    for (categories, events, expected) in cases {
        for limit in [1, 2, 3, 100] {
            let read = LogRead { limit, categories: categories.clone(), events: events.clone(), ..LogRead::after(0) };
            let shown = format!("{read:?}");
            assert_eq!(walk(&log, read).await, expected, "{shown}");
        }
    }
}

/// Else a reader of a rare event would look through the same stretch for ever.
pub async fn a_filter_that_finds_nothing_still_gets_to_the_end(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 25)).await);
    let mut read = LogRead { limit: 2, categories: Some(["b".to_owned()].into()), ..LogRead::after(0) };
    loop {
        let page = works("reading", log.store().read_log(read.clone()).await);
        assert!(page.events.is_empty());
        assert!(!page.more || page.reached > read.after, "it gets further");
        read.after = page.reached;
        if !page.more {
            break;
        }
    }
    assert_eq!(read.after, 25);
}

/// Also of an empty log.
pub async fn the_end_of_the_log_is_an_empty_page(log: Subject) {
    let page = works("reading", log.store().read_log(LogRead::after(0)).await);
    assert!(page.events.is_empty() && !page.more && page.reached == 0);
    accepted(log.settle(Draft::new().starts("a-1", 2)).await);
    let page = works("reading", log.store().read_log(LogRead::after(2)).await);
    assert!(page.events.is_empty() && !page.more && page.reached == 2);
}

/// A reader that knows more than the log comes from another log, or from one that was restored.
pub async fn a_start_beyond_the_end_is_an_error(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 2)).await);
    let beyond = log.store().read_log(LogRead::after(3)).await;
    assert!(matches!(beyond, Err(StoreError::BeyondHead { asked: 3, head: 2, .. })), "{beyond:?}");
}

/// The positions of what `read` finds, page by page.
async fn walk(log: &Subject, mut read: LogRead) -> Vec<u64> {
    let mut positions = Vec::new();
    loop {
        let page = works("reading the log", log.store().read_log(read.clone()).await);
        assert!(page.events.len() <= read.limit, "{} events in a page of {}", page.events.len(), read.limit);
        assert!(!page.more || page.reached > read.after, "a page that says there is more has to get further");
        positions.extend(page.events.iter().map(RawEvent::position));
        let within = positions.last().is_none_or(|last| *last <= page.reached);
        assert!(within, "what the page holds lies within what it looked through");
        read.after = page.reached;
        if !page.more {
            return positions;
        }
    }
}
