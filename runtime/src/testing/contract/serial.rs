//! Law 2: a commit is accepted exactly when each of its expectations is true at its place.

use super::{Draft, Subject, accepted, stale, subject::works};
use crate::{
    id::CommitId,
    storage::{Seen, Store},
};

/// The first commit of a stream.
pub async fn nothing_is_expected_of_a_stream_that_is_empty(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
}

/// The stream is no longer new.
pub async fn nothing_is_not_expected_of_a_stream_with_events(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 3)).await);
    assert_eq!(stale(&log.settle(Draft::new().starts("a-1", 1)).await, 3), "a-1");
    assert_eq!(log.stream("a-1").await.len(), 3);
}

/// Version and commit of its last event.
pub async fn the_end_that_was_seen_is_accepted(log: Subject) {
    let first = Draft::new().starts("a-1", 2);
    let seen = first.leaves(2);
    accepted(log.settle(first).await);
    accepted(log.settle(Draft::new().continues("a-1", seen)).await);
    assert_eq!(log.stream("a-1").await.len(), 3);
}

/// Somebody else was faster.
pub async fn an_older_end_is_refused(log: Subject) {
    let first = Draft::new().starts("a-1", 1);
    let seen = first.leaves(1);
    accepted(log.settle(first).await);
    accepted(log.settle(Draft::new().continues("a-1", seen)).await);
    assert_eq!(stale(&log.settle(Draft::new().continues("a-1", seen)).await, 2), "a-1");
    assert_eq!(log.stream("a-1").await.len(), 2);
}

/// On a stream with events, and on one without.
pub async fn an_end_that_never_was_is_refused(log: Subject) {
    let first = Draft::new().starts("a-1", 1);
    let beyond = first.leaves(2);
    accepted(log.settle(first).await);
    assert_eq!(stale(&log.settle(Draft::new().continues("a-1", beyond)).await, 1), "a-1");
    assert_eq!(stale(&log.settle(Draft::new().continues("b-1", beyond)).await, 0), "b-1");
    assert_eq!(log.log().await.len(), 1);
}

/// A version alone is not what was seen: another process's event can take the version of a commit that failed.
pub async fn the_same_version_of_another_commit_is_refused(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let other = Seen::At { version: 1, commit: CommitId::fresh() };
    assert_eq!(stale(&log.settle(Draft::new().continues("a-1", other)).await, 1), "a-1");
    assert_eq!(stale(&log.settle(Draft::new().sees("a-1", other).starts("b-1", 1)).await, 1), "a-1");
    assert_eq!(stale(&log.settle(Draft::new().sees("a-1", other).proof()).await, 1), "a-1");
    assert_eq!(log.log().await.len(), 1);
}

/// What a decision only looked at had to be the truth as well.
pub async fn a_stream_that_is_only_read_counts(log: Subject) {
    let first = Draft::new().starts("read-1", 1);
    let seen = first.leaves(1);
    accepted(log.settle(first).await);
    accepted(log.settle(Draft::new().sees("read-1", seen).starts("a-1", 1)).await);
    accepted(log.settle(Draft::new().continues("read-1", seen)).await);
    assert_eq!(stale(&log.settle(Draft::new().sees("read-1", seen).starts("b-1", 1)).await, 2), "read-1");
    assert_eq!(log.end_of("b-1").await, Seen::Nothing);
}

/// Also when what it saw was that there was nothing to see.
pub async fn the_emptiness_of_a_stream_that_is_only_read_counts(log: Subject) {
    let unless = |stream: &str| Draft::new().sees("read-1", Seen::Nothing).starts(stream, 1);
    accepted(log.settle(unless("a-1")).await);
    accepted(log.settle(Draft::new().starts("read-1", 1)).await);
    assert_eq!(stale(&log.settle(unless("b-1")).await, 1), "read-1");
    assert_eq!(log.end_of("b-1").await, Seen::Nothing);
}

/// The last of a thousand as well as the first.
pub async fn every_one_of_many_expectations_counts(log: Subject) {
    let names: Vec<String> = (0..1000).map(|n| format!("read-{n}")).collect();
    let wide = || names.iter().fold(Draft::new(), |draft, name| draft.sees(name, Seen::Nothing));
    accepted(log.settle(wide().starts("a-1", 1)).await);
    accepted(log.settle(Draft::new().starts("read-999", 1)).await);
    assert_eq!(stale(&log.settle(wide().starts("b-1", 1)).await, 1), "read-999");
    assert_eq!(log.log().await.len(), 2);
}

/// It names a commit whose answer nobody has yet.
pub async fn a_commit_may_stand_on_one_under_way(log: Subject) {
    let mut seen = Seen::Nothing;
    let mut tickets = Vec::new();
    for version in 1..=20 {
        let place = works("taking a place", log.store().reserve().await);
        let draft = Draft::new().continues("a-1", seen);
        seen = draft.leaves(version);
        tickets.push(log.store().submit(place, draft.into()));
    }
    for ticket in tickets {
        accepted(ticket.outcome().await);
    }
    assert_eq!(log.end_of("a-1").await, seen);
}

/// What stands on a commit that never was falls with it, and so does what stands on that.
pub async fn a_commit_does_not_stand_on_one_that_was_refused(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let refused = Draft::new().starts("a-1", 1).starts("b-1", 1);
    let second = Draft::new().continues("b-1", refused.leaves(1));
    let third = Draft::new().continues("b-1", second.leaves(2));
    let drafts = [refused, second, third];
    let mut tickets = Vec::new();
    for draft in drafts {
        let place = works("taking a place", log.store().reserve().await);
        tickets.push(log.store().submit(place, draft.into()));
    }
    let mut outcomes = Vec::new();
    for ticket in tickets {
        outcomes.push(ticket.outcome().await);
    }
    assert_eq!(stale(&outcomes[0], 1), "a-1");
    assert_eq!(stale(&outcomes[1], 0), "b-1");
    assert_eq!(stale(&outcomes[2], 0), "b-1");
    assert_eq!(log.log().await.len(), 1);
}
