//! Streams that only the past can name.

use std::sync::atomic::{AtomicBool, Ordering};

use foldline_runtime::{
    Access, ExecuteError, Executor, MemoryStore, limits,
    storage::{Outcome, Place, Refusal, Store, Ticket},
};

use crate::{
    common::{
        commands::{add, follow, record},
        led, name,
    },
    stores::{Meddling, write},
};

type Done = Result<(), Box<dyn std::error::Error>>;

/// A chain of so many tallies, each leading to the next.
async fn chain(length: usize) -> Executor {
    let bank = Executor::new(MemoryStore::new());
    for n in 0..length {
        let lead = record(&name(&n.to_string()), vec![led(&(n + 1).to_string())]);
        bank.execute(lead).await.expect("a link");
    }
    bank
}

#[tokio::test]
async fn hops_are_followed_up_to_their_bound() -> Done {
    let bank = chain(limits::HOPS + 2).await;
    for hops in 0..=limits::HOPS {
        let done = bank.execute(follow(&name("0"), hops)).await?;
        assert_eq!(done.version(&name(&hops.to_string())), Some(2), "after {hops} hops");
    }
    let refused = bank.execute(follow(&name("0"), limits::HOPS + 1)).await;
    assert!(matches!(refused, Err(ExecuteError::TooManyHops)), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_leads_to_itself_is_the_same_stream() -> Done {
    let bank = Executor::new(MemoryStore::new());
    bank.execute(record(&name("a"), vec![led("b")])).await?;
    bank.execute(record(&name("b"), vec![led("a")])).await?;
    let refused = bank.execute(follow(&name("a"), 2)).await;
    let Err(ExecuteError::SameStream { stream, fields }) = refused else { panic!("{refused:?}") };
    assert_eq!((stream.as_str(), fields), ("tally-a", ["start", "next"]));
    Ok(())
}

#[tokio::test]
async fn the_followed_are_asked_to_be_new_or_there() -> Done {
    let bank = chain(2).await;
    let last = |access, hops| {
        let mut command = follow(&name("0"), hops);
        command.last = access;
        command
    };
    let refused = bank.execute(last(Access::new(), 1)).await;
    assert!(matches!(&refused, Err(ExecuteError::AlreadyExists { stream }) if stream.as_str() == "tally-1"));
    let refused = bank.execute(last(Access::write().existing(), 2)).await;
    assert!(matches!(&refused, Err(ExecuteError::NotFound { stream }) if stream.as_str() == "tally-2"));
    bank.execute(last(Access::new(), 2)).await?;
    bank.execute(last(Access::write().existing(), 2)).await?;
    Ok(())
}

/// While it is under way, the way changes: the first link gets an event.
#[tokio::test]
async fn a_way_that_changed_is_walked_again() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(record(&name("0"), vec![led("1")])).await?;
    bank.execute(add(&name("1"), 1)).await?;
    let mut command = follow(&name("0"), 1);
    command.last = Access::new();
    let refused = Executor::new(Meddling::contended(1).around(store)).execute(command).await;
    // Proven against what the first link became, and not against what it was.
    assert!(matches!(refused, Err(ExecuteError::AlreadyExists { .. })), "{refused:?}");
    Ok(())
}

/// The store says that the stream it led to exists; what it leads to by now does not.
#[tokio::test]
async fn a_stream_that_nothing_leads_to_any_more_is_not_answered_for() -> Done {
    let log = MemoryStore::new();
    write(&log, "tally-0", "tally.led", 1, br#"{"text":"1"}"#);
    write(&log, "tally-1", "tally.added", 1, br#"{"n":1}"#);
    let refuse = AtomicBool::new(true);
    let store = Meddling::new(move |store, commit| {
        if refuse.swap(false, Ordering::SeqCst) {
            write(store, "tally-0", "tally.led", 1, br#"{"text":"free"}"#);
            return Ticket::settled(Outcome::Refused(Refusal::Stale { stream: "tally-1".into(), actual: Some(1) }));
        }
        store.submit(Place::unbounded(), commit)
    });
    let mut command = follow(&name("0"), 1);
    command.last = Access::new();
    let done = Executor::new(store.around(log)).execute(command).await?;
    assert_eq!(done.version(&name("free")), Some(1));
    Ok(())
}

/// The same idempotency key, though the way has changed since.
#[tokio::test]
async fn a_repeat_is_a_repeat_wherever_the_way_leads_by_now() -> Done {
    let bank = chain(1).await;
    let first = bank.execute(follow(&name("0"), 1)).idempotency_key("k").await?;
    bank.execute(record(&name("0"), vec![led("elsewhere")])).await?;
    let again = bank.execute(follow(&name("0"), 1)).idempotency_key("k").await?;
    assert!(again.replayed());
    assert_eq!(again.id(), first.id());
    Ok(())
}
