//! Law 1: a commit's events are stored together or not at all.

use super::{Draft, Subject, accepted, key_taken, stale};
use crate::{
    metadata::Metadata,
    recorded::RawEvent,
    storage::{Seen, Store},
};

/// All events, on all streams, in the order of recording.
pub async fn a_commit_is_stored_whole(log: Subject) {
    let both = Draft::new().sees("a-1", Seen::Nothing).sees("b-1", Seen::Nothing);
    accepted(log.settle(both.adds("a-1").adds("b-1").adds("a-1")).await);

    let streams: Vec<String> = log.log().await.iter().map(|event| event.stream().to_string()).collect();
    assert_eq!(streams, ["a-1", "b-1", "a-1"]);
    assert_eq!(log.stream("a-1").await.len(), 2);
    assert_eq!(log.stream("b-1").await.len(), 1);
}

/// Not even on the stream that was as it was seen.
pub async fn a_refused_commit_leaves_nothing(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let refused = Draft::new().starts("b-1", 2).starts("a-1", 1).starts("c-1", 1);
    assert_eq!(stale(&log.settle(refused).await, 1), "a-1");

    assert_eq!(log.log().await.len(), 1);
    assert_eq!(log.end_of("b-1").await, Seen::Nothing);
    assert_eq!(log.end_of("c-1").await, Seen::Nothing);
}

/// Commits that are under way together share nothing but their way.
pub async fn a_stale_neighbour_takes_nobody_down(log: Subject) {
    accepted(log.settle(Draft::new().starts("hot-1", 1)).await);
    let (mut tickets, mut kept) = (Vec::new(), Vec::new());
    for n in 0..50 {
        let metadata = Metadata { correlation: Some(n.to_string().into()), ..Metadata::default() };
        let draft = Draft::new().starts(&format!("own-{n}"), 1).metadata(metadata).key(&format!("key-{n}"), n);
        let draft = if n % 5 == 0 { draft.sees("hot-1", Seen::Nothing) } else { draft };
        let place = super::subject::works("taking a place", log.store().reserve().await);
        tickets.push(log.store().submit(place, draft.into()));
    }
    for (n, ticket) in (0..).zip(&tickets) {
        let outcome = ticket.outcome().await;
        if n % 5 == 0 {
            assert_eq!(stale(&outcome, 1), "hot-1");
        } else {
            let first = accepted(outcome);
            kept.push((first.position, format!("own-{n}"), Some(n.to_string())));
            let again = Draft::new().starts("another-1", 1).key(&format!("key-{n}"), n);
            assert_eq!(key_taken(log.settle(again).await), (n, first), "what its key stands for");
        }
    }
    let events = log.log().await;
    assert!(events.iter().map(RawEvent::position).eq(1..=41), "without a gap where somebody was refused");
    let own = events.iter().skip(1).map(|event| {
        let correlation = event.metadata().correlation.as_deref().map(str::to_owned);
        (Some(event.position()), event.stream().to_string(), correlation)
    });
    assert_eq!(own.collect::<Vec<_>>(), kept, "each where it was told, with what was said of it");
}

/// Whatever a store's statements and pages hold at a time.
pub async fn a_commit_of_many_events_is_one(log: Subject) {
    let receipt = accepted(log.settle(Draft::new().starts("a-1", 10_001)).await);
    assert_eq!(receipt.position, Some(10_001));
    let events = log.stream("a-1").await;
    assert_eq!(events.len(), 10_001);
    assert!(events.iter().all(|event| event.commit() == receipt.id));
}
