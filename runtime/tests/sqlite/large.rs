//! More than one statement takes: a batch, its expectations and keys, and streams that are read at once.

use foldline_runtime::{
    CommitId, RawEvent, StreamName,
    storage::{Commit, Expectation, IdempotencyKey, NewEvent, Outcome, Refusal, Seen, Store, StreamRead},
};

use crate::support::{Failure, Place, Tested, accepted, assert_once, commit, first, log};

/// Whatever a statement takes, it is less.
const MANY: usize = 1300;

fn name(n: usize) -> String {
    format!("s-{n}")
}

fn keyed(n: usize) -> Result<Commit, Failure> {
    Ok(first(&name(n)).with_key(IdempotencyKey { key: format!("k-{n}").into(), fingerprint: n as u128 })?)
}

#[tokio::test]
async fn a_batch_of_many_commits_with_keys_is_one_transaction() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    accepted(&store, &first(&name(0))).await?;
    let mut receipts = Vec::new();
    for round in 0..2 {
        let mut tickets = Vec::new();
        for n in 0..MANY {
            tickets.push((n, store.submit(store.reserve().await?, keyed(n)?)));
        }
        for (n, ticket) in tickets {
            match (round, n, ticket.outcome().await) {
                // Its stream is not as it was seen, and so its key was not kept.
                (_, 0, Outcome::Refused(Refusal::Stale { actual: Some(1), .. })) => {}
                (0, _, Outcome::Committed(receipt)) => receipts.push(receipt),
                (1, n, Outcome::Refused(Refusal::KeyTaken { fingerprint, first })) => {
                    assert_eq!((fingerprint, &first), (n as u128, &receipts[n - 1]));
                }
                (_, n, other) => return Err(format!("{n}: {other:?}").into()),
            }
        }
    }
    assert_once(&store, &receipts).await
}

#[tokio::test]
async fn one_commit_of_many_events_on_many_streams_is_stored_whole() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let saw = (0..MANY).map(|n| Expectation { stream: name(n).into(), seen: Seen::Nothing }).collect();
    let event = |n| NewEvent { stream: n % MANY, name: "test.happened", schema_version: 1, payload: 0..2 };
    let commit = Commit::new(CommitId::fresh(), saw).with_events((0..MANY * 3).map(event).collect(), &b"{}"[..])?;
    let receipt = accepted(&store, &commit).await?;
    assert_eq!(receipt.position, Some(MANY as u64 * 3));
    let events = log(&store).await?;
    assert!(events.iter().zip(1..).all(|(event, position)| event.position() == position));
    assert_eq!(events.last().map(RawEvent::version), Some(3));

    // Half of them have moved on: one is named, and nothing is stored.
    let moved = commit_on(&store, MANY - 1).await?;
    let stale = (0..MANY).map(|n| (name(n), Seen::At { version: 3, commit: receipt.id })).collect::<Vec<_>>();
    let stale: Vec<(&str, Seen)> = stale.iter().map(|(name, seen)| (&**name, *seen)).collect();
    let outcome = crate::support::settle(&store, &crate::support::commit(&stale, 1)).await;
    let expected = Refusal::Stale { stream: StreamName::from(name(MANY - 1)), actual: Some(4) };
    assert!(matches!(&outcome, Outcome::Refused(refusal) if *refusal == expected), "{outcome:?}");
    assert_eq!(Some(store.head().await?), moved);
    Ok(())
}

async fn commit_on(store: &impl Store, n: usize) -> Result<Option<u64>, Failure> {
    let page = store.read_streams(vec![StreamRead::new(name(n).into())]).await?;
    let last = page.first().and_then(|page| page.events.last()).ok_or("an empty stream")?;
    let seen = Seen::At { version: last.version(), commit: last.commit() };
    Ok(accepted(store, &commit(&[(&name(n), seen)], 1)).await?.position)
}

#[tokio::test]
async fn many_streams_are_read_at_once_each_in_its_order() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let saw = (0..MANY).map(|n| Expectation { stream: name(n).into(), seen: Seen::Nothing }).collect();
    let event = |n| NewEvent { stream: n % MANY, name: "test.happened", schema_version: 1, payload: 0..2 };
    accepted(&store, &Commit::new(CommitId::fresh(), saw).with_events((0..MANY * 3).map(event).collect(), &b"{}"[..])?)
        .await?;
    let reads: Vec<StreamRead> =
        (0..MANY).rev().map(|n| StreamRead { limit: 2, ..StreamRead::new(name(n).into()) }).collect();
    let pages = store.read_streams(reads.clone()).await?;
    assert_eq!(pages.len(), MANY);
    for (read, page) in reads.iter().zip(pages) {
        let versions: Vec<u64> = page.events.iter().map(RawEvent::version).collect();
        assert_eq!((versions, page.more), (vec![1, 2], true), "{read:?}");
        assert!(page.events.iter().all(|event| *event.stream() == read.stream), "{read:?}");
    }
    Ok(())
}
