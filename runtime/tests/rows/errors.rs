//! What cannot be taken in stops it, or its stream, exactly where it is.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use foldline_runtime::{
    Executor, InSql, OnError, PostgresDatabase, PostgresStore, ProjectionOptions, Projector, RunState,
};

use crate::{
    common::{
        TallyEvent, added,
        commands::{add, record},
        name, noted,
    },
    model::{Sums, expected, found},
    support::{Failure, Place, Tested},
};

struct Poisoned {
    place: Place,
    store: PostgresStore,
    bank: Executor,
    projector: Projector,
    cured: Arc<AtomicBool>,
}

/// A log in which one event in the midst of many poisons `ada`.
async fn poisoned(poison: &TallyEvent, on_error: OnError) -> Result<Poisoned, Failure> {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..40 {
        bank.execute(add(&name(if n % 3 == 0 { "ada" } else { "bob" }), 1)).await?;
    }
    bank.execute(record(&name("ada"), vec![poison.clone()])).await?;
    for n in 0..40 {
        bank.execute(add(&name(if n % 3 == 0 { "ada" } else { "bob" }), 1)).await?;
    }
    let sums = Sums::default();
    let cured = Arc::clone(&sums.cured);
    let sums = InSql::<_, PostgresDatabase>::new(sums);
    let options = ProjectionOptions::new().on_error(on_error);
    let projector = Projector::builder(store.clone()).run_with(sums, options).start()?;
    Ok(Poisoned { place, store, bank, projector, cured })
}

/// An event that a handler refuses, one that the database refuses, and one that cannot be read.
fn poisons() -> [TallyEvent; 3] {
    [noted("poison"), added(1_000_000), TallyEvent::Unreadable]
}

#[tokio::test]
async fn it_stops_before_the_event() -> Tested {
    for poison in poisons() {
        let it = poisoned(&poison, OnError::Stop).await?;
        assert!(it.projector.wait_for(81).await.is_err(), "{poison:?}");
        let status = it.projector.status().await?.remove(0);
        assert_eq!((status.state, status.position), (RunState::Stopped, 40), "{poison:?}");
        let event = status.last_error.and_then(|failure| failure.event).ok_or("no event")?;
        assert_eq!((event.position, event.stream.as_str(), event.version), (41, "tally-ada", 15), "{poison:?}");
        let found = found(&it.place).await?;
        let seen = found.seen.values().map(Vec::len).sum::<usize>();
        assert_eq!(
            (seen, found.sums.get("ada")),
            (40, Some(&(14, 14))),
            "all before it, and nothing behind: {poison:?}"
        );
    }
    Ok(())
}

/// Mends what refused it: the handler, the reader, or the table.
async fn cure(it: &Poisoned) -> Tested {
    it.cured.store(true, Ordering::SeqCst);
    let mut connection = it.place.connection().await?;
    it.place.sql(&mut connection, "alter table $schema_sums.sums drop constraint sums_sum_check").await?;
    Ok(())
}

#[tokio::test]
async fn mended_it_goes_on_with_the_event() -> Tested {
    for poison in poisons() {
        let it = poisoned(&poison, OnError::Stop).await?;
        assert!(it.projector.wait_for(81).await.is_err(), "{poison:?}");
        cure(&it).await?;
        it.projector.resume("sums").await?;
        it.projector.wait_for(81).await?;
        assert_eq!(found(&it.place).await?, expected(&it.store, &[]).await?, "{poison:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_leaves_the_stream_aside_and_goes_on_with_the_others() -> Tested {
    for poison in poisons() {
        let it = poisoned(&poison, OnError::Park).await?;
        it.projector.wait_for(81).await?;
        it.bank.execute(add(&name("ada"), 1)).await?;
        it.bank.execute(add(&name("bob"), 1)).await?;
        it.projector.wait_for(83).await?;
        let status = it.projector.status().await?.remove(0);
        assert_eq!((status.state, status.position), (RunState::Parked, 83), "{poison:?}");
        assert_eq!(
            status.parked.iter().map(|parked| (parked.stream.as_str(), parked.version)).collect::<Vec<_>>(),
            [("tally-ada", 15)]
        );
        assert_eq!(found(&it.place).await?, expected(&it.store, &[("ada", 15)]).await?, "{poison:?}");
        // It is kept: whoever comes next leaves it aside as well.
        it.projector.shutdown().await;
        it.bank.execute(add(&name("ada"), 1)).await?;
        let next = Projector::builder(it.store.clone()).run(Sums::default().in_sql()).start()?;
        next.wait_for(84).await?;
        assert_eq!(next.status().await?[0].parked.len(), 1);
        assert_eq!(found(&it.place).await?, expected(&it.store, &[("ada", 15)]).await?, "{poison:?}");
        next.shutdown().await;
        cure(&it).await?;
        it.projector.resume("sums").await?;
        it.projector.wait_for(84).await?;
        it.projector.replay("sums", None).await?;
        assert_eq!(found(&it.place).await?, expected(&it.store, &[]).await?, "{poison:?}");
    }
    Ok(())
}
