//! The writer against a database that fails as it is told to: its replies are made up, its log is real.

mod flaky;
mod reads;

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{FutureExt, join_all};

use self::flaky::{Flaky, Mishap, POISON};
use super::*;
use crate::{
    recorded::RawEvent,
    store::{Expectation, NewEvent, Refusal, Seen, Status},
};

/// A commit of one event on one stream.
fn commit(stream: &str, seen: Seen, payload: &'static [u8]) -> Commit {
    let event = NewEvent { stream: 0, name: "happened", schema_version: 1, payload: 0..payload.len() };
    let expectation = Expectation { stream: stream.into(), seen };
    Commit::new(CommitId::fresh(), vec![expectation])
        .with_events(vec![event], Bytes::from_static(payload))
        .unwrap_or_else(|error| unreachable!("{error}"))
}

fn first(stream: &str) -> Commit {
    commit(stream, Seen::Nothing, b"{}")
}

fn after(stream: &str, before: &Commit) -> Commit {
    let version = before.expectations()[0].seen.version() + 1;
    commit(stream, Seen::At { version, commit: before.id() }, b"{}")
}

fn store(driver: Flaky) -> Batched<Flaky> {
    Batched::start(driver, 0, WriterOptions::default())
}

fn submit(store: &Batched<Flaky>, commit: &Commit) -> Ticket {
    store.submit(Place::unbounded(), commit.clone())
}

async fn log(store: &Batched<Flaky>) -> Vec<RawEvent> {
    store.driver().log().read_log(LogRead::after(0)).await.map(|page| page.events).unwrap_or_default()
}

/// Every commit was answered as committed, and stands in the log exactly once, where its answer says.
async fn assert_once(store: &Batched<Flaky>, commits: &[Commit], outcomes: &[Outcome]) {
    let log = log(store).await;
    for (commit, outcome) in commits.iter().zip(outcomes) {
        let Outcome::Committed(receipt) = outcome else { unreachable!("{outcome:?}") };
        let stored: Vec<u64> =
            log.iter().filter(|event| event.commit() == commit.id()).map(RawEvent::position).collect();
        assert_eq!(stored, Vec::from_iter(receipt.position));
    }
    assert_eq!(log.len(), commits.len());
}

#[tokio::test]
async fn what_waits_goes_together() {
    let store = store(Flaky::default());
    let commits: Vec<Commit> = (0..100).map(|n| first(&format!("s-{n}"))).collect();
    let tickets: Vec<Ticket> = commits.iter().map(|commit| submit(&store, commit)).collect();
    let outcomes = join_all(tickets.iter().map(Ticket::outcome)).await;
    assert_once(&store, &commits, &outcomes).await;
    assert_eq!(store.driver().sizes(), [100]);
}

/// One worker, which runs whoever was woken last before anybody else: the writer, after the first of those it answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_was_answered_is_waited_for_before_the_next_batch() {
    let store = store(Flaky::default());
    let client = |n: usize| {
        let store = store.clone();
        async move {
            let stream = format!("s-{n}");
            let mut next = first(&stream);
            for _ in 0..10 {
                submit(&store, &next).outcome().await;
                next = after(&stream, &next);
            }
        }
    };
    join_all((0..8).map(client).map(tokio::spawn)).await;
    let sizes = store.driver().sizes();
    assert_eq!(sizes.iter().sum::<usize>(), 80);
    assert!(sizes.len() <= 14, "80 commits of 8 clients in {} batches: {sizes:?}", sizes.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_fails_while_somebody_submits_on_it() {
    let store = store(Flaky::default());
    submit(&store, &first("a")).outcome().await;
    let place = store.reserve().await.unwrap_or_default();
    let failures = place.failures().unwrap_or_default();
    let held_off = failures.hold_off();
    let stale = store.submit(place, first("a"));
    while store.driver().sizes().len() < 2 {
        std::thread::yield_now();
    }
    // The database has refused it. Whoever looks at its ticket now may submit on it all the same.
    for _ in 0..10_000 {
        std::thread::yield_now();
        assert_eq!(stale.status(), Status::Pending);
    }
    drop(held_off);
    assert!(matches!(stale.outcome().await, Outcome::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_double_whenever_the_batch_arrives() {
    for mishap in [Mishap::LostBefore, Mishap::LostAfter, Mishap::Late] {
        for again in [Mishap::None, mishap, Mishap::LostAfter, Mishap::Late] {
            let store = store(Flaky::told([mishap, again]));
            let one = first("a");
            let commits = [one.clone(), after("a", &one), first("b")];
            let tickets: Vec<Ticket> = commits.iter().map(|commit| submit(&store, commit)).collect();
            let outcomes = join_all(tickets.iter().map(Ticket::outcome)).await;
            store.driver().arrive();
            assert_once(&store, &commits, &outcomes).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_beside_a_lost_answer_is_asked_about_again() {
    let store = store(Flaky::default());
    let others = first("a");
    assert!(matches!(submit(&store, &others).outcome().await, Outcome::Committed(_)));
    let store = Batched::start(Flaky::told([Mishap::None, Mishap::LostAfter]), 0, WriterOptions::default());
    submit(&store, &others).outcome().await;
    let (stale, fine) = (first("a"), first("b"));
    let proof = Commit::new(CommitId::fresh(), fine.expectations().to_vec()).proof();
    let tickets = [submit(&store, &stale), submit(&store, &proof), submit(&store, &fine)];
    let outcomes = join_all(tickets.iter().map(Ticket::outcome)).await;
    let was_stale = |stream: &str| Refusal::Stale { stream: stream.into(), actual: Some(1) };
    assert!(matches!(&outcomes[0], Outcome::Refused(refusal) if *refusal == was_stale("a")), "{:?}", outcomes[0]);
    // It was true once, and nobody can tell any more that the database said so.
    assert!(matches!(&outcomes[1], Outcome::Refused(refusal) if *refusal == was_stale("b")), "{:?}", outcomes[1]);
    assert!(matches!(outcomes[2], Outcome::Committed(_)));
}

#[tokio::test]
async fn one_unacceptable_commit_fails_alone_with_what_stands_on_it() {
    for at in 0..9 {
        let store = store(Flaky::default());
        let mut commits: Vec<Commit> = (0..9).map(|n| first(&format!("s-{n}"))).collect();
        commits[at] = commit("poisoned", Seen::Nothing, POISON);
        let on_it = after("poisoned", &commits[at]);
        let tickets: Vec<Ticket> = commits.iter().chain([&on_it]).map(|commit| submit(&store, commit)).collect();
        let outcomes = join_all(tickets.iter().map(Ticket::outcome)).await;
        for (index, outcome) in outcomes.iter().enumerate() {
            let right = match outcome {
                Outcome::Failed(StoreError::Failed { .. }) => index == at,
                Outcome::Refused(Refusal::Stale { actual: None, .. }) => index == 9,
                outcome => index != at && index != 9 && matches!(outcome, Outcome::Committed(_)),
            };
            assert!(right, "{index}: {outcome:?}");
        }
        assert_eq!(log(&store).await.len(), 8);
    }
}

#[tokio::test(start_paused = true)]
async fn giving_up_says_unknown_and_what_stands_on_it_is_refused() {
    let store = store(Flaky::always(Mishap::Late));
    let lost = first("a");
    let in_it = after("a", &lost);
    let (lost, in_it, mut behind) = (submit(&store, &lost), submit(&store, &in_it), after("a", &in_it));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (on_it, apart) = (submit(&store, &behind), submit(&store, &first("b")));
    assert!(matches!(lost.outcome().await, Outcome::Unknown(_)));
    store.driver().recovers();
    assert!(matches!(in_it.outcome().await, Outcome::Unknown(_)));
    let refused = on_it.outcome().await;
    assert!(matches!(refused, Outcome::Refused(Refusal::Stale { actual: None, .. })), "{refused:?}");
    assert!(matches!(apart.outcome().await, Outcome::Committed(_)));
    // The lost batch arrived after all, and "unknown" was the truth.
    behind = first("c");
    submit(&store, &behind).outcome().await;
    assert!(log(&store).await.iter().filter(|event| event.stream().as_str() == "a").count() == 2);
}

#[tokio::test(start_paused = true)]
async fn a_poisoned_batch_in_doubt_is_not_said_to_have_failed() {
    let store = store(Flaky::told([Mishap::Late]));
    let tickets = [submit(&store, &commit("a", Seen::Nothing, POISON)), submit(&store, &first("b"))];
    let outcomes = join_all(tickets.iter().map(Ticket::outcome)).await;
    assert!(matches!(outcomes[0], Outcome::Unknown(_)), "{:?}", outcomes[0]);
    assert!(matches!(outcomes[1], Outcome::Committed(_)), "{:?}", outcomes[1]);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_asks_for_patience_gets_some() {
    let store = store(Flaky::told([Mishap::Busy, Mishap::Busy]));
    assert!(matches!(submit(&store, &first("a")).outcome().await, Outcome::Committed(_)));
    let store = self::store(Flaky::always(Mishap::Busy));
    let outcome = submit(&store, &first("a")).outcome().await;
    assert!(matches!(&outcome, Outcome::Failed(error) if error.is_transient()), "{outcome:?}");
}

#[tokio::test]
async fn closing_settles_what_was_accepted_and_refuses_the_rest() {
    let store = store(Flaky::default());
    let ticket = submit(&store, &first("a"));
    store.close().await;
    assert_eq!(ticket.status(), Status::Committed);
    assert!(matches!(submit(&store, &first("b")).outcome().await, Outcome::Failed(StoreError::Closed)));
    assert!(matches!(store.reserve().await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn the_last_clone_leaves_nothing_undone() {
    let store = store(Flaky::default());
    let ticket = submit(&store, &first("a"));
    drop(store);
    assert!(matches!(ticket.outcome().await, Outcome::Committed(_)));
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait() {
    let options = WriterOptions { queue_commits: 2, ..WriterOptions::default() };
    let store = Batched::start(Flaky::default(), 0, options);
    let (one, two) = (store.reserve().await, store.reserve().await);
    assert!(store.reserve().now_or_never().is_none());
    let Ok(place) = one else { unreachable!("{one:?}") };
    let ticket = store.submit(place, first("a"));
    assert!(store.reserve().now_or_never().is_none());
    ticket.outcome().await;
    assert!(store.reserve().await.is_ok());
    drop(two);
}

#[tokio::test]
async fn many_bytes_make_callers_wait_as_well() {
    let options = WriterOptions { queue_bytes: 1, ..WriterOptions::default() };
    let store = Batched::start(Flaky::default(), 0, options);
    let Ok(place) = store.reserve().await else { unreachable!() };
    let ticket = store.submit(place, first("a"));
    assert!(store.reserve().now_or_never().is_none());
    ticket.outcome().await;
    assert!(store.reserve().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn any_mixture_of_mishaps_leaves_one_serial_log() {
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let kinds = [Mishap::None, Mishap::LostBefore, Mishap::LostAfter, Mishap::Late, Mishap::Busy];
        let script: Vec<Mishap> = (0..40).map(|_| kinds[random.usize(0..kinds.len())]).collect();
        let options = WriterOptions { patience: Duration::from_secs(3600), ..WriterOptions::default() };
        let store = Batched::start(Flaky::told(script), 0, options);
        let mut last: Vec<Option<Commit>> = vec![None; 4];
        let mut under_way = Vec::new();
        for _ in 0..60 {
            // Mostly a commit on what was submitted last, at times on something that is no longer, or never was, the end.
            let stream = random.usize(0..last.len());
            let name = format!("s-{stream}");
            let next = match &last[stream] {
                Some(before) if random.u8(0..10) > 0 => after(&name, before),
                _ => first(&name),
            };
            under_way.push((next.clone(), submit(&store, &next)));
            if random.u8(0..10) > 0 {
                last[stream] = Some(next);
            }
            if random.bool() {
                tokio::time::sleep(Duration::from_millis(random.u64(0..8))).await;
            }
        }
        let mut acknowledged = 0;
        for (commit, ticket) in under_way {
            let found = || store.find_commit(commit.id());
            match ticket.outcome().await {
                Outcome::Committed(receipt) => {
                    acknowledged += 1;
                    let position = found().await.ok().flatten().and_then(|found| found.position);
                    assert_eq!(position, receipt.position, "seed {seed}");
                }
                Outcome::Refused(_) => assert!(matches!(found().await, Ok(None)), "seed {seed}"),
                other => unreachable!("seed {seed}: {other:?}"),
            }
        }
        store.driver().arrive();
        assert_eq!(log(&store).await.len(), acknowledged, "seed {seed}");
    }
}
