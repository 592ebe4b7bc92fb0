//! The laws under real concurrency: many tasks on several threads, and two openings of the log where it has two.

use std::{collections::HashSet, sync::Arc};

use tokio::{sync::Barrier, task::JoinSet};

use super::{
    Draft, Subject, accepted,
    draft::in_order,
    subject::{end_of, log as whole, settle, stream_of, works},
};
use crate::{
    id::CommitId,
    recorded::RawEvent,
    storage::{LogRead, Outcome, Receipt, Refusal, Seen, Store},
    store::AnyStore,
};

const WRITERS: usize = 16;
const ROUNDS: usize = 25;

/// Whoever has seen position n has seen all up to n: while 16 write, nothing is skipped and nothing appears late.
pub async fn a_tailing_reader_sees_every_position_once(log: Subject) {
    let total = (WRITERS * ROUNDS * 2) as u64;
    let handles = handles(&log).await;
    let tails: Vec<_> = handles.iter().cloned().map(|store| tokio::spawn(tail(store, total))).collect();
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let store = handles[n % handles.len()].clone();
        writers.spawn(async move {
            let stream = format!("own-{n}");
            let mut seen = Seen::Nothing;
            for round in 1..=ROUNDS as u64 {
                let draft = Draft::new().continues(&stream, seen).adds(&stream);
                seen = draft.leaves(round * 2);
                accepted(settle(&store, draft).await);
            }
        });
    }
    finish(&mut writers).await;
    let all: Vec<_> = log.log().await;
    assert_eq!(all.len() as u64, total);
    for tail in tails {
        let seen = works("a tailing reader", tail.await);
        assert!(seen == all, "what the reader saw, event by event, is not the log");
    }
}

/// Reads on and on, in small pages, from where the last one ended, until the log has `total` events.
async fn tail(store: AnyStore, total: u64) -> Vec<RawEvent> {
    let mut seen: Vec<RawEvent> = Vec::new();
    let mut after = 0;
    while after < total {
        let reached = works("waiting for more", store.wait_beyond(after).await);
        assert!(reached > after, "woken for {reached}, which is not beyond {after}");
        let page = works("reading on", store.read_log(LogRead { limit: 7, ..LogRead::after(after) }).await);
        for event in page.events {
            assert_eq!(event.position(), seen.len() as u64 + 1, "a hole in the log");
            seen.push(event);
        }
        after = page.reached;
        assert_eq!(after, seen.len() as u64, "a hole in the log");
    }
    seen
}

/// A commit's three events are there together, or not yet.
pub async fn nobody_sees_half_a_commit(log: Subject) {
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let store = log.store().clone();
        writers.spawn(async move {
            for round in 0..ROUNDS {
                let (a, b) = (format!("a-{n}-{round}"), format!("b-{n}-{round}"));
                accepted(settle(&store, Draft::new().starts(&a, 1).starts(&b, 2)).await);
            }
        });
    }
    let total = (WRITERS * ROUNDS * 3) as u64;
    let mut head = 0;
    while head < total {
        head = works("reading the head", log.store().head().await);
        assert_eq!(head % 3, 0, "the head stands within a commit");
        let read = LogRead { limit: usize::MAX, ..LogRead::after(0) };
        let page = works("reading", log.store().read_log(read).await);
        assert!(page.events.len() as u64 >= head, "the head was {head}, and the log ends before it");
        assert!(page.more || page.events.len() % 3 == 0, "the log ends within a commit");
        tokio::task::yield_now().await;
    }
    finish(&mut writers).await;
}

/// Everybody writes on what they saw, and tries again when refused: each event stands on the one before it.
pub async fn no_update_is_lost_on_a_hot_stream(log: Subject) {
    let handles = handles(&log).await;
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let store = handles[n % handles.len()].clone();
        writers.spawn(async move {
            let mut landed = Vec::new();
            while landed.len() < ROUNDS {
                let seen = end_of(&store, "hot-1").await;
                let draft = Draft::new().continues("hot-1", seen);
                let id = draft.id;
                match settle(&store, draft).await {
                    Outcome::Committed(receipt) => {
                        assert_eq!(receipt.versions, [("hot-1".into(), seen.version() + 1)]);
                        landed.push((seen.version() + 1, id));
                    }
                    Outcome::Refused(Refusal::Stale { .. }) => {}
                    other => assert!(matches!(other, Outcome::Refused(_)), "{other:?}"),
                }
            }
            landed
        });
    }
    let mut landed: Vec<(u64, CommitId)> = finish(&mut writers).await.into_iter().flatten().collect();
    landed.sort_unstable();
    let stored: Vec<_> = log.stream("hot-1").await.iter().map(|event| (event.version(), event.commit())).collect();
    assert_eq!(stored, landed);
}

/// Each writes its own stream because all of them are empty: behind the first one, nobody's reason holds.
pub async fn write_skew_is_refused(log: Subject) {
    for round in 0..ROUNDS {
        let names: Vec<String> = (0..WRITERS).map(|n| format!("a-{round}-{n}")).collect();
        let looking = names.iter().fold(Draft::new(), |draft, name| draft.sees(name, Seen::Nothing));
        let outcomes = race(&log, WRITERS, |n| looking.again().adds(&names[n])).await;
        assert_eq!(winners(&outcomes).len(), 1, "round {round}");
    }
    assert_eq!(log.log().await.len(), ROUNDS);
}

/// And the stream is the winner's.
pub async fn one_wins_the_race_for_a_new_stream(log: Subject) {
    for round in 0..ROUNDS {
        let stream = format!("a-{round}");
        let outcomes = race(&log, WRITERS, |_| Draft::new().starts(&stream, 2)).await;
        let winners = winners(&outcomes);
        assert_eq!(winners.len(), 1, "round {round}");
        let commits: HashSet<CommitId> = log.stream(&stream).await.iter().map(RawEvent::commit).collect();
        assert_eq!(commits, HashSet::from([winners[0].id]), "round {round}");
    }
}

/// The others are told what came of it, though they wrote elsewhere.
pub async fn one_wins_the_race_for_a_key(log: Subject) {
    for round in 0..ROUNDS {
        let key = format!("k-{round}");
        let outcomes = race(&log, WRITERS, |n| Draft::new().starts(&format!("a-{round}-{n}"), 1).key(&key, 7)).await;
        let winners = winners(&outcomes);
        assert_eq!(winners.len(), 1, "round {round}");
        for outcome in outcomes {
            match outcome {
                Outcome::Committed(_) => {}
                Outcome::Refused(Refusal::KeyTaken { fingerprint, first }) => {
                    assert_eq!((fingerprint, in_order(first)), (7, winners[0].clone()));
                }
                other => assert!(matches!(other, Outcome::Committed(_)), "{other:?}"),
            }
        }
    }
    assert_eq!(log.log().await.len(), ROUNDS);
}

/// Whoever shares a read with somebody stale, or nothing at all, is not refused with them.
pub async fn strangers_are_never_refused(log: Subject) {
    let first = Draft::new().starts("read-1", 1);
    let read = first.leaves(1);
    accepted(log.settle(first).await);
    accepted(log.settle(Draft::new().starts("hot-1", 1)).await);
    let outcomes = race(&log, 4 * WRITERS, |n| {
        let draft = Draft::new().sees("read-1", read).starts(&format!("own-{n}"), 1);
        if n % 4 == 0 { draft.starts("hot-1", 1) } else { draft }
    });
    for (n, outcome) in outcomes.await.into_iter().enumerate() {
        assert_eq!(matches!(outcome, Outcome::Committed(_)), n % 4 != 0, "{n}: {outcome:?}");
    }
    assert_eq!(stream_of(log.store(), "hot-1").await.len(), 1);
    assert_eq!(whole(log.store()).await.len(), 2 + 3 * WRITERS);
}

/// Many drafts at the same instant, over all openings of the log; the outcomes in the order of the drafts.
async fn race(log: &Subject, racers: usize, draft: impl Fn(usize) -> Draft) -> Vec<Outcome> {
    let handles = handles(log).await;
    let start = Arc::new(Barrier::new(racers));
    let mut tasks = JoinSet::new();
    for n in 0..racers {
        let (store, start, draft) = (handles[n % handles.len()].clone(), Arc::clone(&start), draft(n));
        tasks.spawn(async move {
            start.wait().await;
            (n, settle(&store, draft).await)
        });
    }
    let mut outcomes = finish(&mut tasks).await;
    outcomes.sort_by_key(|(n, _)| *n);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn winners(outcomes: &[Outcome]) -> Vec<Receipt> {
    let committed = |outcome: &Outcome| match outcome {
        Outcome::Committed(receipt) => Some(in_order(receipt.clone())),
        _ => None,
    };
    outcomes.iter().filter_map(committed).collect()
}

async fn handles(log: &Subject) -> Vec<AnyStore> {
    let other = log.reopened().await;
    std::iter::once(log.store().clone()).chain(other).collect()
}

/// Waits for all; a task that panicked panics here.
async fn finish<T: 'static>(tasks: &mut JoinSet<T>) -> Vec<T> {
    let mut done = Vec::new();
    while let Some(task) = tasks.join_next().await {
        done.push(works("a task", task));
    }
    done
}
