//! Commits in a word, and what must have become of them, for tests of one store.

use foldline_runtime::{
    CommitId, RawEvent, StreamName,
    storage::{Commit, Expectation, LogRead, NewEvent, Outcome, Receipt, Seen, Store},
};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;
pub(crate) type Tested = Result<(), Failure>;

/// A commit that saw these, and writes an event on the first `writes` of them.
pub(crate) fn commit(saw: &[(&str, Seen)], writes: usize) -> Commit {
    let saw = saw.iter().map(|(stream, seen)| Expectation { stream: StreamName::from(*stream), seen: *seen }).collect();
    let event = |stream| NewEvent { stream, name: "test.happened", schema_version: 1, payload: 0..2 };
    let commit = Commit::new(CommitId::fresh(), saw).with_events((0..writes).map(event).collect(), &b"{}"[..]);
    commit.unwrap_or_else(|error| unreachable!("{error}"))
}

pub(crate) fn first(stream: &str) -> Commit {
    commit(&[(stream, Seen::Nothing)], 1)
}

pub(crate) async fn settle(store: &impl Store, commit: &Commit) -> Outcome {
    match store.reserve().await {
        Ok(place) => store.submit(place, commit.clone()).outcome().await,
        Err(error) => Outcome::Failed(error),
    }
}

/// What must be accepted.
pub(crate) async fn accepted(store: &impl Store, commit: &Commit) -> Result<Receipt, Failure> {
    match settle(store, commit).await {
        Outcome::Committed(receipt) => Ok(receipt),
        other => Err(format!("{other:?}").into()),
    }
}

pub(crate) async fn log(store: &impl Store) -> Result<Vec<RawEvent>, Failure> {
    let (mut events, mut read) = (Vec::new(), LogRead::after(0));
    loop {
        let page = store.read_log(read.clone()).await?;
        events.extend(page.events);
        read.after = page.reached;
        if !page.more {
            return Ok(events);
        }
    }
}

/// Everything acknowledged is in the log once, where its receipt says, and positions and versions are dense.
pub(crate) async fn assert_once(store: &impl Store, receipts: &[Receipt]) -> Tested {
    let events = log(store).await?;
    let mut versions = std::collections::HashMap::new();
    for (event, position) in events.iter().zip(1..) {
        assert_eq!(event.position(), position);
        let version = versions.entry(event.stream().clone()).or_insert(0);
        *version += 1;
        assert_eq!(event.version(), *version);
    }
    for receipt in receipts {
        let stored: Vec<u64> =
            events.iter().filter(|event| event.commit() == receipt.id).map(RawEvent::position).collect();
        assert_eq!(stored.last().copied(), receipt.position, "{receipt:?}");
        assert_eq!(stored.len(), 1, "{receipt:?}");
    }
    Ok(())
}
