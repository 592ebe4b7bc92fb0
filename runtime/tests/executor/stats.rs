//! What an executor keeps count of, without an exporter.

use foldline_runtime::{Access, CommandOutcome::*, Executor, MemoryStore, RetryPolicy, Stats, limits::HOPS};
use futures_util::FutureExt;

use crate::common::{
    TallyEvent,
    commands::{Refused, act, add, follow, record, shift},
    led, name,
};

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn every_end_is_counted_under_its_name() -> Done {
    let store = MemoryStore::new();
    let (bank, other) = (Executor::new(store.clone()), Executor::new(store.clone()));
    let (a, b) = (name("a"), name("b"));
    bank.execute(add(&a, 1)).idempotency_key("k").await?;
    bank.execute(add(&a, 1)).idempotency_key("k").await?;
    let ended = [
        bank.execute(add(&a, 2)).idempotency_key("k").await.is_err(),
        bank.execute(act(&a, |_| Err(Refused::AsTold("no")))).await.is_err(),
        bank.execute(add(&b, 1).with(Access::write().existing())).await.is_err(),
        bank.execute(add(&a, 1).with(Access::new())).await.is_err(),
        bank.execute(shift(&a, &a, 1)).await.is_err(),
        bank.execute(add(&a, 1)).if_version(&a, 7).await.is_err(),
        bank.execute(record(&a, vec![TallyEvent::Unstorable])).await.is_err(),
        {
            bank.execute(add(&a, 1)).await?;
            other.execute(add(&a, 1)).await?;
            bank.execute(add(&a, 1)).retries(0).await.is_err()
        },
    ];
    assert!(ended.iter().all(|is_err| *is_err), "{ended:?}");
    for hop in 0..=HOPS {
        bank.execute(record(&name(&format!("hop-{hop}")), vec![led(&format!("hop-{}", hop + 1))])).await?;
    }
    assert!(bank.execute(follow(&name("hop-0"), HOPS + 1)).await.is_err());
    let panicked = act(&a, |_| panic!("as told"));
    assert!(std::panic::AssertUnwindSafe(bank.execute(panicked).into_future()).catch_unwind().await.is_err());
    bank.shutdown().await;
    assert!(bank.execute(add(&a, 1)).await.is_err());

    let stats = bank.stats();
    let count = |command: &str, outcome| stats.commands.get(command).map_or(0, |command| command.count(outcome));
    assert_eq!(count("Act", Committed), 2 + HOPS as u64 + 1);
    assert_eq!((count("Move", SameStream), count("Follow", TooManyHops)), (1, 1));
    for outcome in [
        Replayed,
        KeyReused,
        Rejected,
        NotFound,
        AlreadyExists,
        VersionMismatch,
        Encode,
        Conflict,
        Panicked,
        StoreFailed,
    ] {
        assert_eq!(count("Act", outcome), 1, "{outcome}");
    }
    assert_eq!(stats.commands.keys().collect::<Vec<_>>(), ["Act", "Follow", "Move"]);
    assert_eq!(stats.commands["Act"].conflicts, 1);
    Ok(())
}

#[tokio::test]
async fn events_retries_and_what_was_in_memory_are_counted() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::builder(store.clone()).retry(RetryPolicy::retries(3)).build();
    let other = Executor::new(store);
    let a = name("a");
    bank.execute(record(&a, vec![led("b"), led("b")])).await?;
    bank.execute(add(&a, 1)).await?;
    let act = |stats: &Stats| stats.commands["Act"].clone();
    let before = bank.stats();
    assert_eq!((act(&before).events, act(&before).cache_misses, act(&before).cache_hits), (3, 1, 1));
    assert_eq!((before.cache.streams, before.active_streams, before.active_commands), (1, 0, 0));

    // Another process is faster, once.
    other.execute(add(&a, 1)).await?;
    bank.execute(add(&a, 1)).await?;
    let between = act(&bank.stats().since(&before));
    assert_eq!((between.executions(), between.events, between.retries, between.conflicts), (1, 1, 1, 1));
    assert_eq!((between.cache_hits, between.cache_misses), (1, 1));

    // What is followed counts once, however often it is opened.
    bank.execute(follow(&a, 1)).await?;
    let follow = bank.stats().commands["Follow"].clone();
    assert_eq!(
        (follow.cache_hits, follow.cache_misses),
        (1, 1),
        "the tally that it starts from, and the one it leads to"
    );
    Ok(())
}

#[tokio::test]
async fn commands_that_wait_for_nothing_are_all_counted_and_some_stand_for_all() -> Done {
    let bank = Executor::new(MemoryStore::new());
    for n in 0..1_000 {
        bank.execute(add(&name("a"), n)).await?;
    }
    let stats = bank.stats();
    assert_eq!((stats.cache.streams, stats.cache.evictions), (1, 0), "a state is put in the place of an empty one");
    let act = &stats.commands["Act"];
    assert_eq!((act.count(Committed), act.events, act.executions()), (1_000, 1_000, 1_000));
    let timed = act.latency.count();
    assert!((904..=1_000).contains(&timed), "{timed} were timed, or stood for");
    assert!(act.latency.percentile(50.0) <= act.latency.percentile(99.0));
    assert!(stats.memory.is_some() || !cfg!(target_os = "linux"));
    Ok(())
}

#[tokio::test]
async fn what_is_dropped_for_want_of_room_is_counted() -> Done {
    let bank = Executor::builder(MemoryStore::new()).cache(foldline_runtime::CacheSize::streams(64).bytes(1)).build();
    for n in 0..1_000 {
        bank.execute(add(&name(&format!("{n}")), 1)).await?;
    }
    let cache = bank.stats().cache;
    assert!(cache.evictions > 500 && cache.streams < 500 && cache.bytes > 0, "{cache:?}");
    Ok(())
}
