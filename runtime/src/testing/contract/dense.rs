//! Law 3: positions are 1, 2, 3, … in the order of commit, and versions within a stream likewise.

use super::{Draft, Subject, accepted, stale};
use crate::storage::{Seen, Store};

/// Over commits on one stream and on several.
pub async fn positions_count_the_log_and_versions_the_stream(log: Subject) {
    assert_eq!(log.store().head().await.ok(), Some(0));
    accepted(log.settle(Draft::new().starts("a-1", 2)).await);
    accepted(log.settle(Draft::new().starts("b-1", 1)).await);
    let (a, b) = (log.end_of("a-1").await, log.end_of("b-1").await);
    let both = Draft::new().sees("b-1", b).sees("a-1", a);
    accepted(log.settle(both.adds("a-1").adds("b-1").adds("a-1")).await);

    let places: Vec<_> = log.log().await.iter().map(|e| (e.position(), e.stream().to_string(), e.version())).collect();
    let expected = [(1, "a-1", 1), (2, "a-1", 2), (3, "b-1", 1), (4, "a-1", 3), (5, "b-1", 2), (6, "a-1", 4)];
    assert_eq!(places, expected.map(|(position, stream, version)| (position, stream.to_owned(), version)));
    assert_eq!(log.store().head().await.ok(), Some(6));
}

/// A number is spent with an event alone.
pub async fn what_was_refused_leaves_no_gap(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    for _ in 0..3 {
        assert_eq!(stale(&log.settle(Draft::new().starts("b-1", 1).starts("a-1", 5)).await, 1), "a-1");
        accepted(log.settle(Draft::new().sees("b-1", Seen::Nothing)).await);
    }
    let receipt = accepted(log.settle(Draft::new().starts("b-1", 1)).await);
    assert_eq!((receipt.position, receipt.versions), (Some(2), vec![("b-1".into(), 1)]));
    let places: Vec<_> = log.log().await.iter().map(|event| (event.position(), event.version())).collect();
    assert_eq!(places, [(1, 1), (2, 1)]);
}

/// Its last position, and the versions of all the streams that the commit saw.
pub async fn the_receipt_says_where_the_events_are(log: Subject) {
    let first = Draft::new().starts("read-1", 3);
    let seen = first.leaves(3);
    accepted(log.settle(first).await);
    let draft = Draft::new().starts("a-1", 2).sees("read-1", seen).sees("never-1", Seen::Nothing);
    let id = draft.id;
    let receipt = accepted(log.settle(draft).await);
    assert_eq!((receipt.id, receipt.position), (id, Some(5)));
    assert_eq!(receipt.versions, [("a-1".into(), 2), ("never-1".into(), 0), ("read-1".into(), 3)]);
}
