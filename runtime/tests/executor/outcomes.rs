//! What a command may come to: accepted, rejected, refused before it decides, or broken.

use foldline_runtime::{Access, ExecuteError, Executor, MemoryStore};
use futures_util::{FutureExt, TryStreamExt};

use crate::common::{
    Name, TallyEvent, added,
    commands::{Refused, act, add, record, shift},
    name,
};

type Done = Result<(), Box<dyn std::error::Error>>;

async fn bank() -> (Executor, Name, Name) {
    let bank = Executor::new(MemoryStore::new());
    bank.execute(add(&name("there"), 1)).await.expect("a first event");
    (bank, name("there"), name("missing"))
}

/// The next command works, and nothing but its event was stored.
async fn is_unharmed(bank: &Executor, on: &Name) -> Done {
    let before = bank.log(0).raw().try_collect::<Vec<_>>().await?.len() as u64;
    let done = bank.execute(add(on, 1)).await?;
    assert_eq!((before, done.position()), (1, Some(2)));
    Ok(())
}

#[tokio::test]
async fn a_stream_that_must_be_new_or_there_is_asked_for() -> Done {
    let (bank, there, missing) = bank().await;
    let (new, existing) = (Access::new(), Access::write().existing());
    let refused = bank.execute(add(&there, 1).with(new)).await;
    assert!(matches!(&refused, Err(ExecuteError::AlreadyExists { stream }) if stream.as_str() == "tally-there"));
    let refused = bank.execute(add(&missing, 1).with(existing)).await;
    assert!(matches!(&refused, Err(ExecuteError::NotFound { stream }) if stream.as_str() == "tally-missing"));
    for (on, access) in [(&there, new), (&missing, existing)] {
        let rejected = bank.execute(add(on, 1).with(access).or(Refused::AsTold("mine"))).await;
        assert_eq!(rejected.err().and_then(|error| error.into_rejection().ok()), Some(Refused::AsTold("mine")));
    }
    // New is checked also when nothing is recorded on it.
    let idle = bank.execute(act(&there, |_| Ok(())).with(new)).await;
    assert!(matches!(idle, Err(ExecuteError::AlreadyExists { .. })), "{idle:?}");
    bank.execute(add(&there, 1).with(existing)).await?;
    bank.execute(add(&missing, 1).with(new)).await?;
    Ok(())
}

#[tokio::test]
async fn a_rejection_stores_nothing() -> Done {
    let (bank, there, missing) = bank().await;
    let rejected = bank
        .execute(act(&there, |tally| {
            tally.emit(added(1));
            Err(Refused::AsTold("on second thought"))
        }))
        .await;
    assert!(matches!(rejected, Err(ExecuteError::Rejected(Refused::AsTold("on second thought")))), "{rejected:?}");
    let rejected = bank.execute(shift(&missing, &there, 1)).await;
    assert_eq!(rejected.err().and_then(|e| e.into_rejection().ok()), Some(Refused::TooLittle { there: 0, wanted: 1 }));
    is_unharmed(&bank, &there).await
}

#[tokio::test]
async fn an_acceptance_without_events_has_no_position() -> Done {
    let (bank, there, missing) = bank().await;
    let done = bank.execute(act(&there, |_| Ok(()))).await?;
    assert_eq!((done.position(), done.version(&there)), (None, Some(1)));
    let done = bank.execute(act(&missing, |_| Ok(()))).with_state(&missing).with_state(&there).await?;
    assert_eq!((done.position(), done.version(&missing)), (None, None));
    assert_eq!((done.state(&missing).map(|tally| tally.total), done.state(&there)), (Some(0), None));
    assert!(bank.commit(done.id()).await?.is_none());
    is_unharmed(&bank, &there).await
}

#[tokio::test]
async fn two_fields_on_one_stream_are_refused() -> Done {
    let (bank, there, _) = bank().await;
    let refused = bank.execute(shift(&there, &there, 1)).await;
    let Err(ExecuteError::SameStream { stream, fields }) = refused else { panic!("{refused:?}") };
    assert_eq!((stream.as_str(), fields), ("tally-there", ["from", "to"]));
    let refused = bank.execute(shift(&there, &name("guard"), 1)).await;
    assert!(matches!(refused, Err(ExecuteError::SameStream { fields: ["to", "guard"], .. })), "{refused:?}");
    is_unharmed(&bank, &there).await
}

#[tokio::test]
async fn what_cannot_be_encoded_fails_whatever_was_decided() -> Done {
    let (bank, there, _) = bank().await;
    let refused = bank.execute(record(&there, vec![added(1), TallyEvent::Unstorable, added(2)])).await;
    let Err(ExecuteError::Encode { stream, event, source }) = refused else { panic!("{refused:?}") };
    assert_eq!((stream.as_str(), event), ("tally-there", "tally.unstorable"));
    assert!(source.to_string().contains("a tally has its limits"), "{source}");
    let refused = bank
        .execute(act(&there, |tally| {
            tally.emit(TallyEvent::Unstorable);
            Err(Refused::AsTold("no"))
        }))
        .await;
    assert!(matches!(refused, Err(ExecuteError::Encode { .. })), "{refused:?}");
    is_unharmed(&bank, &there).await
}

#[tokio::test]
async fn a_panic_reaches_the_caller_and_leaves_nothing_behind() -> Done {
    let (bank, there, _) = bank().await;
    let message = |panic: Box<dyn std::any::Any + Send>| panic.downcast_ref::<&str>().map(ToString::to_string);
    let decide = act(&there, |tally| {
        tally.emit(added(1));
        panic!("out of ideas")
    });
    let panicked = std::panic::AssertUnwindSafe(bank.execute(decide).into_future()).catch_unwind().await;
    assert_eq!(panicked.err().and_then(message).as_deref(), Some("out of ideas"));
    let fold = record(&there, vec![added(1), TallyEvent::Exploded]);
    let panicked = std::panic::AssertUnwindSafe(bank.execute(fold).into_future()).catch_unwind().await;
    assert_eq!(panicked.err().and_then(message).as_deref(), Some("the fold exploded"));
    is_unharmed(&bank, &there).await
}

#[tokio::test]
async fn a_panic_while_the_past_is_folded_reaches_the_caller_too() -> Done {
    let store = MemoryStore::new();
    let (bank, there) = (Executor::new(store.clone()), name("there"));
    crate::stores::write(&store, "tally-mined", "tally.exploded", 1, b"{}");
    let panicked = tokio::spawn({
        let bank = bank.clone();
        async move { bank.execute(add(&name("mined"), 1)).await.map(|_| ()) }
    });
    assert!(panicked.await.is_err_and(|error| error.is_panic()));
    is_unharmed(&bank, &there).await
}
