//! What a caller may ask of one execution.

use std::time::Duration;

use foldline_runtime::{Access, ExecuteError, Executor, MemoryStore, RetryPolicy, StoreError, limits};
use futures_util::TryStreamExt;

use crate::{
    common::{
        added,
        commands::{Move, Refused, act, add, follow, shift},
        name, noted,
    },
    stores::Meddling,
};

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn what_the_caller_says_stands_on_every_event() -> Done {
    let (bank, a, b) = (Executor::new(MemoryStore::new()), name("a"), name("b"));
    bank.execute(add(&a, 9)).await?;
    let done = bank
        .execute(shift(&a, &b, 2))
        .correlation("request 7")
        .causation(42)
        .header("user", "ada")
        .header("user", "bob")
        .header("at", "\0")
        .await?;
    let events: Vec<_> = bank.log(1).raw().try_collect().await?;
    assert_eq!(events.len(), 3);
    for event in events {
        let metadata = event.metadata();
        assert_eq!(metadata.command.as_deref(), Some("Move"));
        assert_eq!((metadata.correlation.as_deref(), metadata.causation.as_deref()), (Some("request 7"), Some("42")));
        assert_eq!(
            (metadata.header("user"), metadata.header("at"), metadata.header("x")),
            (Some("bob"), Some("\0"), None)
        );
        assert_eq!(event.commit(), done.id());
    }
    let first: Vec<_> = bank.log(0).until(1).raw().try_collect().await?;
    assert_eq!(first[0].metadata().correlation, None);

    let essay = "x".repeat(limits::METADATA_BYTES);
    let refused = bank.execute(add(&a, 1)).header("essay", essay).await;
    assert!(matches!(refused, Err(ExecuteError::Store(StoreError::TooLarge { .. }))), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn events_are_numbered_as_they_were_recorded_across_streams() -> Done {
    let (bank, a, b) = (Executor::new(MemoryStore::new()), name("a"), name("b"));
    bank.execute(add(&a, 9)).await?;
    let done = bank.execute(shift(&a, &b, 2)).await?;
    let log: Vec<_> = bank.log(1).typed::<crate::common::TallyEvent>().try_collect().await?;
    let shown: Vec<_> =
        log.into_iter().map(|e| (e.position(), e.stream().to_string(), e.version(), e.into_event())).collect();
    assert_eq!(
        shown,
        [
            (2, "tally-a".to_owned(), 2, added(-2)),
            (3, "tally-b".to_owned(), 1, added(2)),
            (4, "tally-a".to_owned(), 3, noted("moved")),
        ]
    );
    assert_eq!((done.position(), done.version(&a), done.version(&b)), (Some(4), Some(3), Some(1)));
    assert_eq!((done.version(&name("guard")), done.version(&name("c"))), (None, None));
    Ok(())
}

#[tokio::test]
async fn a_version_is_asked_for_on_a_stream_that_is_open_or_another() -> Done {
    let (bank, a, b) = (Executor::new(MemoryStore::new()), name("a"), name("b"));
    for _ in 0..3 {
        bank.execute(add(&a, 1)).await?;
    }
    bank.execute(add(&b, 1)).if_version(&a, 3).await?;
    bank.execute(add(&a, 1)).if_version(&a, 3).await?;
    bank.execute(add(&name("c"), 1).with(Access::new())).if_version(&name("c"), 0).await?;
    for (stream, asked, there) in [(&a, 3, 4), (&b, 9, 1), (&name("d"), 1, 0), (&a, u64::MAX, 4), (&a, 0, 4)] {
        let refused = bank.execute(add(&a, 1)).if_version(stream, asked).await;
        assert!(
            matches!(&refused, Err(ExecuteError::VersionMismatch { stream: told, expected, actual })
                if told.as_str() == format!("tally-{stream}") && (*expected, *actual) == (asked, there)),
            "{refused:?}"
        );
    }
    // A command that would be rejected is told the mismatch first: it decided on what the caller did not mean.
    let both = bank.execute(act(&a, |_| Err(Refused::AsTold("no")))).if_version(&a, 1).await;
    assert!(matches!(both, Err(ExecuteError::VersionMismatch { .. })), "{both:?}");
    assert_eq!(bank.load(&a).await?.map(|tally| tally.version()), Some(4));
    Ok(())
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_given_up_and_the_commit_is_named() -> Done {
    let store = Meddling::silent();
    let (bank, a) = (Executor::new(store), name("a"));
    let late = bank.execute(add(&a, 1)).timeout(Duration::from_millis(1)).await;
    let Err(ExecuteError::Timeout { after, commit: Some(commit) }) = late else { panic!("{late:?}") };
    assert_eq!(after, Duration::from_millis(1));
    let found = bank.commit(commit).await?.ok_or("it happened")?;
    assert_eq!((found.id(), found.position(), found.version(&a)), (commit, Some(1), Some(1)));
    Ok(())
}

#[tokio::test]
async fn a_commit_that_is_lost_sight_of_is_named() -> Done {
    let bank = Executor::new(Meddling::forgetful());
    let lost = bank.execute(add(&name("a"), 1)).await;
    let Err(ExecuteError::Store(StoreError::Unknown { commit, source })) = lost else { panic!("{lost:?}") };
    assert!(source.is::<StoreError>(), "{source:?}");
    assert!(bank.commit(commit).await?.is_some());
    assert_eq!(bank.log(0).raw().try_collect::<Vec<_>>().await?.len(), 1, "it is not tried again");
    Ok(())
}

#[tokio::test]
async fn conflicts_are_tried_again_so_often() -> Done {
    let a = name("a");
    let bank = Executor::new(Meddling::contended(3));
    let done = bank.execute(add(&a, 1)).retries(3).with_state(&a).await?;
    assert_eq!((done.version(&a), done.state(&a).map(|tally| tally.total)), (Some(4), Some(301)));

    let bank = Executor::builder(Meddling::contended(3)).retry(RetryPolicy::retries(2)).build();
    let refused = bank.execute(add(&a, 1)).await;
    assert!(
        matches!(&refused, Err(ExecuteError::Conflict { attempts: 3, stream }) if stream.as_str() == "tally-a"),
        "{refused:?}"
    );
    let refused = Executor::new(Meddling::contended(1)).execute(add(&a, 1)).retries(0).await;
    assert!(matches!(refused, Err(ExecuteError::Conflict { attempts: 1, .. })), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_rejection_is_answered_only_when_what_it_saw_is_the_truth() -> Done {
    let a = name("a");
    let bank = Executor::new(Meddling::contended(1));
    // It sees an empty tally, and would say no: by then there are 100 in it.
    let done = bank.execute(shift(&a, &name("b"), 50)).await?;
    assert_eq!(done.version(&a), Some(3));
    // So is a stream that is not there when it is looked for.
    let bank = Executor::new(Meddling::contended(1));
    bank.execute(add(&a, 1).with(Access::write().existing())).await?;
    // And a panic.
    let bank = Executor::new(Meddling::contended(1));
    bank.execute(act(&a, |tally| if tally.exists() { Ok(()) } else { panic!("unproven") })).await?;
    Ok(())
}

#[tokio::test]
async fn losing_the_race_for_a_new_stream_is_its_own_answer() {
    let bank = Executor::new(Meddling::contended(1));
    let lost = bank.execute(add(&name("a"), 1).with(Access::new())).await;
    assert!(matches!(lost, Err(ExecuteError::AlreadyExists { .. })), "{lost:?}");
    let bank = Executor::new(Meddling::contended(1));
    let lost = bank.execute(add(&name("a"), 1).with(Access::new()).or(Refused::AsTold("taken"))).await;
    assert!(matches!(lost, Err(ExecuteError::Rejected(Refused::AsTold("taken")))), "{lost:?}");
}

#[tokio::test]
async fn a_fault_that_may_pass_is_tried_again_and_another_is_not() -> Done {
    let a = name("a");
    let passing = || StoreError::Unavailable { context: "away".into(), source: None };
    Executor::new(Meddling::failing(2, passing())).execute(add(&a, 1)).await?;
    let refused = Executor::new(Meddling::failing(2, passing())).execute(add(&a, 1)).retries(1).await;
    assert!(matches!(refused, Err(ExecuteError::Store(StoreError::Unavailable { .. }))), "{refused:?}");
    let bank = Executor::new(Meddling::failing(1, StoreError::Failed { context: "no".into(), source: None }));
    let refused = bank.execute(add(&a, 1)).await;
    assert!(matches!(refused, Err(ExecuteError::Store(StoreError::Failed { .. }))), "{refused:?}");
    bank.execute(add(&a, 1)).await?;
    Ok(())
}

#[tokio::test]
async fn many_are_answered_in_the_order_given() {
    for (store, concurrency) in [(Meddling::backwards(), 4), (Meddling::contended(0), 1)] {
        let bank = Executor::builder(store).concurrency(concurrency).build();
        let results = bank.execute_all((0..50).map(|n| add(&name(&n.to_string()), 1))).await;
        assert_eq!(results.len(), 50);
        for (n, result) in results.into_iter().enumerate() {
            let done = result.expect("an acceptance");
            assert_eq!(done.version(&name(&n.to_string())), Some(1), "{n}");
        }
    }
    let bank = Executor::new(MemoryStore::new());
    let commands = (0..10).map(|n| shift(&name(&format!("from-{n}")), &name("to"), (n % 2) * 10));
    for (n, result) in bank.execute_all(commands).await.into_iter().enumerate() {
        match result {
            Ok(done) => assert_eq!((n % 2, done.version(&name(&format!("from-{n}")))), (0, Some(2))),
            Err(error) => {
                assert_eq!(n % 2, 1);
                assert_eq!(error.rejection(), Some(&Refused::TooLittle { there: 0, wanted: 10 }));
            }
        }
    }
    assert_eq!(bank.execute_all(Vec::<Move>::new()).await.len(), 0);
}

#[test]
fn an_execution_may_go_from_thread_to_thread() {
    fn sendable<T: Send>(_: &T) {}
    let bank = Executor::new(MemoryStore::new());
    let (a, b) = (name("a"), name("b"));
    sendable(&bank.execute(shift(&a, &b, 1)).into_future());
    sendable(&bank.execute(follow(&a, 1)).with_state(&a).into_future());
    sendable(&bank.execute_all(vec![shift(&a, &b, 1)]));
    sendable(&bank.load(&a).into_future());
    sendable(&bank.commit(foldline_runtime::CommitId::fresh()));
    sendable(&bank.log(0).raw());
    sendable(&bank.history(&a).read());
}
