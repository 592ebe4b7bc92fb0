//! One log, opened twice: as two processes hold it. A store that only one may hold passes these unseen.

use super::{
    Draft, Subject, accepted,
    draft::in_order,
    key_taken, stale,
    subject::{end_of, log as whole, settle, works},
};
use crate::storage::Store;

/// To the letter, and found by its id.
pub async fn what_one_wrote_the_other_reads(log: Subject) {
    let draft = Draft::new().starts("a-1", 2).key("k", 7);
    let id = draft.id;
    let receipt = accepted(log.settle(draft).await);
    let Some(other) = log.reopened().await else { return };
    assert_eq!(whole(&other).await, log.log().await);
    assert_eq!(works("reading the head", other.head().await), 2);
    assert_eq!(works("finding a commit", other.find_commit(id).await).map(in_order), Some(receipt));
    accepted(settle(&other, Draft::new().starts("b-1", 1)).await);
    assert_eq!(whole(&other).await, log.log().await);
    assert_eq!(log.log().await.len(), 3);
}

/// Neither trusts what it remembers.
pub async fn what_one_saw_the_other_makes_stale(log: Subject) {
    let Some(other) = log.reopened().await else { return };
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let seen = log.end_of("a-1").await;
    accepted(settle(&other, Draft::new().continues("a-1", seen)).await);
    assert_eq!(stale(&log.settle(Draft::new().continues("a-1", seen)).await, 2), "a-1");
    assert_eq!(stale(&log.settle(Draft::new().sees("a-1", seen).proof()).await, 2), "a-1");
    let seen = end_of(&other, "a-1").await;
    accepted(log.settle(Draft::new().continues("a-1", seen)).await);
}

/// Once is once across processes.
pub async fn a_key_is_taken_for_both(log: Subject) {
    let Some(other) = log.reopened().await else { return };
    let first = accepted(log.settle(Draft::new().starts("a-1", 1).key("k", 7)).await);
    assert_eq!(key_taken(settle(&other, Draft::new().starts("a-1", 1).key("k", 7)).await), (7, first));
}

/// At the latest when it looks by itself.
pub async fn a_commit_of_one_wakes_the_other(log: Subject) {
    let Some(other) = log.reopened().await else { return };
    let waiting = tokio::spawn(async move { other.wait_beyond(0).await });
    tokio::task::yield_now().await;
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    assert_eq!(works("waiting", works("a waiter", waiting.await)), 1);
}
