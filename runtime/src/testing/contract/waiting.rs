//! Waiting for the log to grow, and for a store to end.

use futures_util::FutureExt;

use super::{Draft, Subject, accepted, stale, subject::works};
use crate::{
    error::StoreError,
    storage::{Outcome, Seen, Store},
};

/// And is told how far the log reaches.
pub async fn whoever_is_behind_does_not_wait(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 3)).await);
    for position in 0..3 {
        assert_eq!(log.store().wait_beyond(position).await.ok(), Some(3));
    }
}

/// However many they are.
pub async fn a_commit_wakes_all_who_wait(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 2)).await);
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let store = log.store().clone();
            tokio::spawn(async move { store.wait_beyond(2).await })
        })
        .collect();
    tokio::task::yield_now().await;
    accepted(log.settle(Draft::new().starts("b-1", 1)).await);
    for waiter in waiting {
        assert_eq!(works("waiting", works("a waiter", waiter.await)), 3);
    }
}

/// A refusal and an acceptance without events leave the log as long as it was.
pub async fn what_adds_nothing_wakes_nobody(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let mut waiting = log.store().wait_beyond(1);
    assert!((&mut waiting).now_or_never().is_none(), "the log does not reach beyond 1");
    assert_eq!(stale(&log.settle(Draft::new().starts("a-1", 1)).await, 1), "a-1");
    accepted(log.settle(Draft::new().sees("b-1", Seen::Nothing)).await);
    assert!((&mut waiting).now_or_never().is_none(), "the log does not reach beyond 1");
    accepted(log.settle(Draft::new().starts("b-1", 1)).await);
    assert_eq!(works("waiting", waiting.await), 2);
}

/// Every one of them has its answer, and it is the truth.
pub async fn closing_settles_what_was_accepted(log: Subject) {
    let mut tickets = Vec::new();
    for n in 0..20 {
        let place = works("taking a place", log.store().reserve().await);
        tickets.push(log.store().submit(place, Draft::new().starts(&format!("a-{n}"), 1).into()));
    }
    log.store().close().await;
    for ticket in tickets {
        accepted(ticket.outcome().await);
    }
}

/// Neither a place nor a commit; closing it again is nothing.
pub async fn a_closed_store_accepts_nothing(log: Subject) {
    let early = works("taking a place", log.store().reserve().await);
    log.store().close().await;
    log.store().close().await;
    let outcomes = [
        log.store().submit(early, Draft::new().starts("a-1", 1).into()).outcome().await,
        log.settle(Draft::new().starts("b-1", 1)).await,
        log.settle(Draft::new().sees("c-1", Seen::Nothing).proof()).await,
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Outcome::Failed(StoreError::Closed)), "{outcome:?}");
    }
    if let Some(store) = log.reopened().await {
        assert_eq!(super::subject::log(&store).await.len(), 0);
    }
}

/// Nothing will come that they could wait for.
pub async fn closing_wakes_all_who_wait(log: Subject) {
    let mut early = log.store().wait_beyond(0);
    assert!((&mut early).now_or_never().is_none(), "the log is empty");
    log.store().close().await;
    for waiter in [early, log.store().wait_beyond(0)] {
        let told = waiter.await;
        assert!(matches!(told, Err(StoreError::Closed)), "{told:?}");
    }
}

/// Else a store would fill up with commands that were cancelled.
pub async fn a_place_not_used_is_given_back(log: Subject) {
    for _ in 0..100_000 {
        drop(works("taking a place", log.store().reserve().await));
    }
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
}
