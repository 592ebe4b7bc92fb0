//! Law 5: a commit with an idempotency key that is taken is refused with what the key stands for.

use super::{Draft, Subject, accepted, key_taken, stale};
use crate::storage::Seen;

/// Id, position and versions, those of streams that were only read included.
pub async fn a_repeat_is_told_the_first_outcome(log: Subject) {
    let before = Draft::new().starts("read-1", 3);
    let seen = before.leaves(3);
    accepted(log.settle(before).await);
    let command = |key| Draft::new().starts("a-1", 2).sees("read-1", seen).sees("never-1", Seen::Nothing).key(key, 7);
    let first = accepted(log.settle(command("k")).await);
    accepted(log.settle(Draft::new().starts("b-1", 1)).await);

    for _ in 0..2 {
        assert_eq!(key_taken(log.settle(command("k")).await), (7, first.clone()));
    }
    assert_eq!(log.log().await.len(), 6);
}

/// The store does not judge: it tells the fingerprint that the key was used with.
pub async fn another_command_is_told_whose_the_key_is(log: Subject) {
    let first = accepted(log.settle(Draft::new().starts("a-1", 1).key("k", 7)).await);
    assert_eq!(key_taken(log.settle(Draft::new().starts("b-1", 1).key("k", 8)).await), (7, first));
    assert_eq!(log.log().await.len(), 1);
}

/// A repeat's streams have moved on; it is told the first outcome all the same.
pub async fn the_key_counts_before_the_expectations(log: Subject) {
    let first = accepted(log.settle(Draft::new().starts("a-1", 1).key("k", 7)).await);
    let seen = log.end_of("a-1").await;
    accepted(log.settle(Draft::new().continues("a-1", seen)).await);
    for stale in [Seen::Nothing, seen] {
        let repeat = Draft::new().continues("a-1", stale).sees("b-1", seen).key("k", 7);
        assert_eq!(key_taken(log.settle(repeat).await), (7, first.clone()));
    }
}

/// It may be used again.
pub async fn a_refused_commit_leaves_no_key(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    assert_eq!(stale(&log.settle(Draft::new().starts("a-1", 1).key("k", 7)).await, 1), "a-1");
    accepted(log.settle(Draft::new().starts("b-1", 1).key("k", 8)).await);
}

/// A rejected command may be given again under its key.
pub async fn a_proof_leaves_no_key(log: Subject) {
    for _ in 0..2 {
        accepted(log.settle(Draft::new().sees("a-1", Seen::Nothing).key("k", 7).proof()).await);
    }
    accepted(log.settle(Draft::new().starts("a-1", 1).key("k", 8)).await);
}

/// A repeat that would be rejected by now was accepted once.
pub async fn a_proof_is_told_the_first_outcome(log: Subject) {
    let first = accepted(log.settle(Draft::new().starts("a-1", 1).key("k", 7)).await);
    let seen = log.end_of("a-1").await;
    assert_eq!(key_taken(log.settle(Draft::new().sees("a-1", seen).key("k", 7).proof()).await), (7, first));
}

/// It took effect, and its effect was nothing.
pub async fn an_acceptance_without_events_keeps_its_key(log: Subject) {
    let first = accepted(log.settle(Draft::new().sees("a-1", Seen::Nothing).key("k", 7)).await);
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let repeat = Draft::new().continues("a-1", log.end_of("a-1").await).key("k", 7);
    assert_eq!(key_taken(log.settle(repeat).await), (7, first));
    assert_eq!(log.log().await.len(), 1);
}

/// Case, spaces, quotes and accents included.
pub async fn keys_are_told_apart_to_the_letter(log: Subject) {
    let long = "x".repeat(1024);
    let keys = ["k", "K", " k", "k ", "k'", "k\"", "k\\", "", "é", "e\u{301}", "k\n", "%", "ключ", "🔑", &long];
    for (n, key) in keys.iter().enumerate() {
        accepted(log.settle(Draft::new().starts(&format!("a-{n}"), 1).key(key, n as u128)).await);
    }
    for (n, key) in keys.iter().enumerate() {
        let (fingerprint, first) = key_taken(log.settle(Draft::new().starts("b-1", 1).key(key, 99)).await);
        assert_eq!((fingerprint, first.position), (n as u128, Some(n as u64 + 1)), "{key:?}");
    }
}

/// All 128 of them.
pub async fn fingerprints_are_kept_to_the_last_bit(log: Subject) {
    for (n, fingerprint) in [0, 1, 1 << 63, 1 << 64, 1 << 127, u128::MAX].into_iter().enumerate() {
        let key = format!("k{n}");
        let draft = || Draft::new().starts(&format!("a-{n}"), 1).key(&key, fingerprint);
        accepted(log.settle(draft()).await);
        assert_eq!(key_taken(log.settle(draft()).await).0, fingerprint);
    }
}
