//! The store in memory beside a plain model of a log: whatever is done to both, they say the same.

#![expect(clippy::expect_used, reason = "this is how a test fails")]

mod model;
mod steps;

use foldline_runtime::{
    CommitId, MemoryStore, RawEvent, StoreError,
    storage::{Commit, LogPage, LogRead, Outcome, Place, Refusal, Store, StreamPage, StreamRead},
};
use futures_util::FutureExt;
use proptest::prelude::*;

use self::{
    model::{Answer, Model},
    steps::{Step, steps},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_says_what_the_model_says(steps in steps()) {
        let (store, mut model) = (MemoryStore::new(), Model::default());
        for step in steps {
            match step {
                Step::Commit(plan) => {
                    let commit = plan.commit(&model);
                    let (id, outcome) = (commit.id(), submit(&store, commit.clone()));
                    same_outcome(&model.commit(&commit), outcome)?;
                    prop_assert_eq!(now(store.find_commit(id)).expect("an answer").map(sorted), model.find(id));
                }
                Step::ReadStreams(reads) => {
                    let pages = now(store.read_streams(reads.clone())).expect("pages");
                    prop_assert_eq!(pages.len(), reads.len());
                    for (read, page) in reads.iter().zip(pages) {
                        same_stream(&model, read, &page)?;
                    }
                }
                Step::ReadLog(read) => same_log(&model, &read, now(store.read_log(read.clone())))?,
            }
            prop_assert_eq!(now(store.head()).ok(), Some(model.log.len() as u64));
        }
        same_log(&model, &LogRead { limit: usize::MAX, ..LogRead::after(0) }, now(store.read_log(LogRead { limit: usize::MAX, ..LogRead::after(0) })))?;
        for id in model.log.iter().map(|fact| fact.commit).chain([CommitId::fresh()]) {
            prop_assert_eq!(now(store.find_commit(id)).expect("an answer").map(sorted), model.find(id));
        }
    }
}

/// Nothing in memory has to wait.
fn now<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().expect("memory does not wait")
}

fn submit(store: &MemoryStore, commit: Commit) -> Outcome {
    now(store.submit(Place::unbounded(), commit).outcome())
}

fn sorted(mut receipt: foldline_runtime::storage::Receipt) -> foldline_runtime::storage::Receipt {
    receipt.versions.sort();
    receipt
}

fn same_outcome(expected: &Answer, outcome: Outcome) -> Result<(), TestCaseError> {
    let said = match outcome {
        Outcome::Committed(receipt) => Answer::Committed(sorted(receipt)),
        Outcome::Refused(Refusal::KeyTaken { fingerprint, first }) => Answer::KeyTaken(fingerprint, sorted(first)),
        Outcome::Refused(Refusal::Stale { stream, actual }) => {
            // Any of the stale ones may be named, with the version that it has.
            let named = (stream, actual.expect("memory always looks"));
            match expected {
                Answer::Stale(streams) if streams.contains(&named) => return Ok(()),
                _ => Answer::Stale(vec![named]),
            }
        }
        other => return Err(TestCaseError::fail(format!("{other:?} instead of {expected:?}"))),
    };
    prop_assert_eq!(&said, expected);
    Ok(())
}

fn same_events(model: &Model, expected: &[usize], events: &[RawEvent]) -> Result<(), TestCaseError> {
    let positions: Vec<usize> = events.iter().map(|event| event.position() as usize - 1).collect();
    prop_assert_eq!(&positions, expected);
    for event in events {
        let fact = &model.log[event.position() as usize - 1];
        prop_assert_eq!(event.stream(), &fact.stream);
        prop_assert_eq!((event.version(), event.commit()), (fact.version, fact.commit));
        prop_assert_eq!((event.name(), event.schema_version()), (fact.name, fact.schema_version));
        prop_assert_eq!(event.payload(), &fact.payload[..]);
    }
    Ok(())
}

fn same_stream(model: &Model, read: &StreamRead, page: &StreamPage) -> Result<(), TestCaseError> {
    let all = model.stream(read);
    let shown: Vec<usize> = all.iter().copied().take(read.limit).collect();
    prop_assert_eq!(page.more, all.len() > shown.len());
    same_events(model, &shown, &page.events)
}

fn same_log(model: &Model, read: &LogRead, page: Result<LogPage, StoreError>) -> Result<(), TestCaseError> {
    if read.after > model.log.len() as u64 {
        prop_assert!(matches!(page, Err(StoreError::BeyondHead { .. })), "{page:?}");
        return Ok(());
    }
    let page = page.expect("a page");
    let all = model.part(read);
    let shown: Vec<usize> = all.iter().copied().take(read.limit).collect();
    prop_assert_eq!(page.more, all.len() > shown.len());
    // What was not shown lies behind what was looked through, and nothing that was asked for lies between.
    if let Some(next) = all.get(shown.len()) {
        prop_assert_eq!(page.reached, *next as u64);
    } else {
        prop_assert_eq!(page.reached, read.until.min(model.log.len() as u64).max(read.after));
    }
    same_events(model, &shown, &page.events)
}
