//! Reading back: states as of now and then, commits, histories and the log.

use foldline_runtime::{CommitId, Executor, MemoryStore, Recorded, StoreError};
use futures_util::{StreamExt, TryStreamExt};

use crate::common::{
    TallyEvent, added,
    commands::{add, shift},
    name,
};

type Done = Result<(), Box<dyn std::error::Error>>;

/// Versions 1, 2, 3 of `a` hold 1, 2, 3, and stand at the positions 1, 3, 5; those of `b` between them.
async fn bank() -> Executor {
    let bank = Executor::new(MemoryStore::new());
    for n in 1..=3 {
        bank.execute(add(&name("a"), n)).await.expect("an event");
        bank.execute(add(&name("b"), 10 * n)).await.expect("an event");
    }
    bank
}

#[tokio::test]
async fn a_state_is_read_as_of_now_or_then() -> Done {
    let (bank, a) = (bank().await, name("a"));
    let seen = |loaded: Option<foldline_runtime::Loaded<crate::common::Tally>>| {
        loaded.map(|tally| (tally.total, tally.version(), tally.position()))
    };
    assert_eq!(seen(bank.load(&a).await?), Some((6, 3, 5)));
    assert_eq!(seen(bank.load(&name("c")).await?), None);
    let cases = [(0, None), (1, Some((1, 1, 1))), (2, Some((3, 2, 3))), (3, Some((6, 3, 5)))];
    for (version, expected) in cases {
        assert_eq!(seen(bank.load(&a).at_version(version).await?), expected, "at version {version}");
    }
    let cases = [(0, None), (1, Some((1, 1, 1))), (2, Some((1, 1, 1))), (4, Some((3, 2, 3))), (6, Some((6, 3, 5)))];
    for (position, expected) in cases {
        assert_eq!(seen(bank.load(&a).at_position(position).await?), expected, "at position {position}");
    }
    assert_eq!(seen(bank.load(&a).at_version(1).at_position(4).await?), Some((1, 1, 1)));
    Ok(())
}

#[tokio::test]
async fn a_past_that_never_was_is_an_error() -> Done {
    let (bank, a) = (bank().await, name("a"));
    let beyond = bank.load(&a).at_version(4).await;
    assert!(matches!(beyond, Err(StoreError::NoSuchVersion { asked: 4, actual: 3, .. })), "{beyond:?}");
    let never = bank.load(&name("c")).at_version(5).await;
    assert!(matches!(never, Err(StoreError::NoSuchVersion { asked: 5, actual: 0, .. })), "{never:?}");
    let beyond = bank.load(&a).at_position(7).await;
    assert!(matches!(beyond, Err(StoreError::BeyondHead { asked: 7, head: 6, .. })), "{beyond:?}");
    let beyond = bank.log(7).raw().try_collect::<Vec<_>>().await;
    assert!(matches!(beyond, Err(StoreError::BeyondHead { asked: 7, head: 6, .. })), "{beyond:?}");
    Ok(())
}

#[tokio::test]
async fn a_commit_is_looked_up_by_its_id() -> Done {
    let (bank, a, b) = (bank().await, name("a"), name("b"));
    let done = bank.execute(shift(&a, &b, 2)).await?;
    bank.execute(add(&a, 1)).await?;
    let found = bank.commit(done.id()).await?.ok_or("it happened")?;
    assert_eq!((found.id(), found.position(), found.replayed()), (done.id(), Some(9), false));
    assert_eq!((found.version(&a), found.version(&b), found.version(&name("guard"))), (Some(5), Some(4), None));
    assert!(bank.commit(CommitId::fresh()).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn a_history_is_one_streams_events_in_pages() -> Done {
    let (bank, a) = (bank().await, name("a"));
    for page in [1, 2, 3, 100] {
        let read = || bank.history(&a).page(page);
        let all: Vec<_> = read().read().map_ok(|event| (event.version(), event.into_event())).try_collect().await?;
        assert_eq!(all, [(1, added(1)), (2, added(2)), (3, added(3))], "in pages of {page}");
        let versions = [
            (read().from_version(2), vec![2, 3]),
            (read().from_version(0), vec![1, 2, 3]),
            (read().from_version(4), vec![]),
            (read().until_version(2), vec![1, 2]),
            (read().from_version(2).until_version(2), vec![2]),
            (read().until_position(4), vec![1, 2]),
            (read().until_position(0), vec![]),
        ];
        for (history, expected) in versions {
            let found: Vec<_> = history.raw().map_ok(|event| event.version()).try_collect().await?;
            assert_eq!(found, expected, "in pages of {page}");
        }
    }
    assert_eq!(bank.history(&name("c")).read().count().await, 0);
    Ok(())
}

#[tokio::test]
async fn the_log_is_all_events_in_pages_and_narrowed() -> Done {
    let bank = bank().await;
    bank.execute(shift(&name("a"), &name("b"), 1)).await?;
    for page in [1, 2, 100] {
        let log = |after| bank.log(after).page(page);
        let positions = [
            (log(0), (1..=9).collect::<Vec<u64>>()),
            (log(5), vec![6, 7, 8, 9]),
            (log(9), vec![]),
            (log(2).until(4), vec![3, 4]),
            (log(0).events(["tally.noted"]), vec![9]),
            (log(0).categories(["tally"]).until(2), vec![1, 2]),
            (log(0).categories(["tall"]), vec![]),
        ];
        for (log, expected) in positions {
            let found: Vec<_> = log.raw().map_ok(|event| event.position()).try_collect().await?;
            assert_eq!(found, expected, "in pages of {page}");
        }
    }
    let facts: Vec<TallyEvent> = bank.log(6).until(7).typed().map_ok(Recorded::into_event).try_collect().await?;
    assert_eq!(facts, [added(-1)]);
    Ok(())
}
