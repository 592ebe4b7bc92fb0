//! Idempotency keys.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use foldline_runtime::{Access, ExecuteError, Executor, MemoryStore, StoreError, limits};
use futures_util::TryStreamExt;
use tokio::{sync::Barrier, task::JoinSet};

use crate::common::{
    added,
    commands::{Refused, act, add},
    name,
};
use crate::stores::Meddling;

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_repeat_answers_the_first_outcome() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let first = bank.execute(add(&a, 5)).idempotency_key("k").with_state(&a).await?;
    assert!(!first.replayed());
    bank.execute(add(&a, 1)).await?;
    let again = bank.execute(add(&a, 5)).idempotency_key("k").with_state(&a).await?;
    assert!(again.replayed());
    assert_eq!((again.id(), again.position(), again.version(&a)), (first.id(), Some(1), Some(1)));
    assert_eq!(again.state(&a).map(|tally| tally.total), Some(5));
    assert_eq!(bank.load(&a).await?.map(|tally| tally.total), Some(6));

    // What would be refused by now was accepted once.
    let new = || add(&name("b"), 1).with(Access::new());
    let first = bank.execute(new()).idempotency_key("new").await?;
    assert_eq!(bank.execute(new()).idempotency_key("new").await?.id(), first.id());
    Ok(())
}

#[tokio::test]
async fn the_state_of_a_first_outcome_is_asked_for_until_the_store_answers() -> Done {
    let store = Meddling::not();
    let (bank, a) = (Executor::new(store.clone()), name("a"));
    let first = bank.execute(add(&a, 5)).idempotency_key("k").await?;
    store.unreadable.store(2, Ordering::SeqCst);
    let again = bank.execute(add(&a, 5)).idempotency_key("k").with_state(&a).await?;
    assert_eq!((again.id(), again.state(&a).map(|tally| tally.total)), (first.id(), Some(5)));
    store.unreadable.store(u32::MAX, Ordering::SeqCst);
    let unread = bank.execute(add(&a, 5)).idempotency_key("k").with_state(&a).retries(1).await;
    assert!(matches!(unread, Err(ExecuteError::Store(StoreError::Unavailable { .. }))), "{unread:?}");
    Ok(())
}

#[tokio::test]
async fn another_command_under_the_same_key_is_refused() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let first = bank.execute(add(&a, 5)).idempotency_key("k").await?;
    for other in [add(&a, 6), add(&name("b"), 5)] {
        let refused = bank.execute(other).idempotency_key("k").await;
        assert!(
            matches!(&refused, Err(ExecuteError::KeyReused { key, commit }) if key == "k" && *commit == first.id()),
            "{refused:?}"
        );
    }
    assert_eq!(bank.log(0).raw().try_collect::<Vec<_>>().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_rejected_command_leaves_no_key() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let rejected = bank.execute(act(&a, |_| Err(Refused::AsTold("no")))).idempotency_key("k").await;
    assert!(matches!(rejected, Err(ExecuteError::Rejected(Refused::AsTold("no")))), "{rejected:?}");
    let missing = bank.execute(add(&a, 1).with(Access::write().existing())).idempotency_key("k").await;
    assert!(matches!(missing, Err(ExecuteError::NotFound { .. })), "{missing:?}");
    assert!(!bank.execute(add(&a, 1)).idempotency_key("k").await?.replayed());
    Ok(())
}

#[tokio::test]
async fn an_acceptance_without_events_keeps_its_key() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let once = |bank: Executor, a| async move {
        // It would record something by the second time.
        let fill = act(&a, |tally| {
            if tally.exists() {
                tally.emit(added(1));
            }
            Ok(())
        });
        bank.execute(fill).idempotency_key("k").await
    };
    let first = once(bank.clone(), a.clone()).await?;
    bank.execute(add(&a, 1)).await?;
    let again = once(bank.clone(), a.clone()).await?;
    assert_eq!((again.replayed(), again.id(), again.position()), (true, first.id(), None));
    assert_eq!(bank.load(&a).await?.map(|tally| tally.version()), Some(1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_repeats_take_effect_once() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    for round in 0..20 {
        let start = Arc::new(Barrier::new(16));
        let fresh = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let (bank, a, start, fresh) = (bank.clone(), a.clone(), Arc::clone(&start), Arc::clone(&fresh));
            tasks.spawn(async move {
                start.wait().await;
                let done = bank.execute(add(&a, 1)).idempotency_key(round).await;
                let done = done.expect("the first outcome");
                if !done.replayed() {
                    fresh.fetch_add(1, Ordering::SeqCst);
                }
                (done.id(), done.position())
            });
        }
        let mut answers = tasks.join_all().await;
        answers.dedup();
        assert_eq!((answers.len(), fresh.load(Ordering::SeqCst)), (1, 1), "round {round}: {answers:?}");
    }
    assert_eq!(bank.load(&a).await?.map(|tally| tally.total), Some(20));
    Ok(())
}

#[tokio::test]
async fn a_key_that_no_store_keeps_is_an_error() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let long = bank.execute(add(&a, 1)).idempotency_key("x".repeat(limits::IDEMPOTENCY_KEY_BYTES + 1)).await;
    assert!(matches!(long, Err(ExecuteError::Store(StoreError::TooLarge { .. }))), "{long:?}");
    let nul = bank.execute(add(&a, 1)).idempotency_key("\0").await;
    assert!(matches!(nul, Err(ExecuteError::Store(StoreError::Nul { .. }))), "{nul:?}");
    Ok(())
}
