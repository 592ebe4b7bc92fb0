//! Law 2, for what adds nothing: it asks, and the answer is as good as a commit's.

use super::{Draft, Subject, accepted, stale};
use crate::storage::{Seen, Store};

/// An acceptance without events is proven all the same.
pub async fn a_commit_without_events_is_checked_and_adds_nothing(log: Subject) {
    asks(&log, |draft| draft).await;
}

/// So is a rejection.
pub async fn a_proof_is_checked_and_adds_nothing(log: Subject) {
    asks(&log, Draft::proof).await;
    // What it would have added is not added.
    let receipt = accepted(log.settle(Draft::new().starts("b-1", 1).proof()).await);
    assert_eq!(receipt.position, None);
    assert_eq!(log.end_of("b-1").await, Seen::Nothing);
}

async fn asks(log: &Subject, question: impl Fn(Draft) -> Draft) {
    let first = Draft::new().starts("a-1", 2);
    let seen = first.leaves(2);
    accepted(log.settle(first).await);

    let truth = question(Draft::new().sees("a-1", seen).sees("b-1", Seen::Nothing));
    let id = truth.id;
    let receipt = accepted(log.settle(truth).await);
    assert_eq!((receipt.id, receipt.position), (id, None));
    assert_eq!(receipt.versions, [("a-1".into(), 2), ("b-1".into(), 0)]);

    let untrue = question(Draft::new().sees("b-1", Seen::Nothing).sees("a-1", Seen::Nothing));
    assert_eq!(stale(&log.settle(untrue).await, 2), "a-1");
    let untrue = question(Draft::new().sees("b-1", seen));
    assert_eq!(stale(&log.settle(untrue).await, 0), "b-1");
    assert_eq!(log.log().await.len(), 2);
    assert_eq!(log.store().head().await.ok(), Some(2));
}

/// A command whose streams are an empty list.
pub async fn a_commit_that_saw_nothing_and_adds_nothing_is_accepted(log: Subject) {
    for draft in [Draft::new(), Draft::new().proof()] {
        let receipt = accepted(log.settle(draft).await);
        assert_eq!((receipt.position, receipt.versions), (None, vec![]));
    }
    assert_eq!(log.log().await.len(), 0);
}
