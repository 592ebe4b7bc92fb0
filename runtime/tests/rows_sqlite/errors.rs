//! What cannot be taken in stops it, or its stream, exactly where it is, and goes in once it can.

use std::sync::atomic::Ordering;

use foldline_runtime::{Executor, OnError, ProjectionOptions, Projector, RunState, SqliteStore};

use crate::{
    common::{
        TallyEvent, added,
        commands::{add, record},
        name, noted,
    },
    model::{Sums, expected, found},
    support::{Failure, Place, Tested},
};

/// An event that a handler refuses, one that the database refuses, and one that cannot be read.
fn poisons() -> [TallyEvent; 3] {
    [noted("poison"), added(1_000_000), TallyEvent::Unreadable]
}

struct Poisoned {
    place: Place,
    store: SqliteStore,
    bank: Executor,
    projector: Projector,
    sums: Sums,
}

/// A log of 61 events, of which the 31st poisons `ada`.
async fn poisoned(poison: &TallyEvent, on_error: OnError) -> Result<Poisoned, Failure> {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..30 {
        bank.execute(add(&name(if n % 3 == 0 { "ada" } else { "bob" }), 1)).await?;
    }
    bank.execute(record(&name("ada"), vec![poison.clone()])).await?;
    for n in 0..30 {
        bank.execute(add(&name(if n % 3 == 0 { "ada" } else { "bob" }), 1)).await?;
    }
    let sums = Sums::default();
    let options = ProjectionOptions::new().on_error(on_error);
    let projector = Projector::builder(store.clone()).run_with(sums.in_sql(), options).start()?;
    Ok(Poisoned { place, store, bank, projector, sums })
}

impl Poisoned {
    /// Mends what refused it: the handler, the reader, or the table.
    async fn cure(&self) -> Tested {
        self.sums.cured.store(true, Ordering::SeqCst);
        let mut connection = self.place.connection().await?;
        Ok(crate::support::sql(&mut connection, "delete from limits").await?)
    }
}

#[tokio::test]
async fn it_stops_before_the_event_and_goes_on_with_it() -> Tested {
    for poison in poisons() {
        let it = poisoned(&poison, OnError::Stop).await?;
        assert!(it.projector.wait_for(61).await.is_err(), "{poison:?}");
        assert_eq!(found(&it.place).await?, (30, expected(&it.store, 30).await?), "{poison:?}");
        let status = it.projector.status().await?.remove(0);
        let event = status.last_error.and_then(|failure| failure.event).ok_or("no event")?;
        assert_eq!((status.state, event.position, event.version), (RunState::Stopped, 31, 11), "{poison:?}");
        // With nothing mended, it stops there again.
        it.projector.resume("sums").await?;
        assert!(it.projector.wait_for(61).await.is_err(), "{poison:?}");
        assert_eq!(found(&it.place).await?, (30, expected(&it.store, 30).await?), "{poison:?}");
        it.cure().await?;
        it.projector.resume("sums").await?;
        it.projector.wait_for(61).await?;
        assert_eq!(found(&it.place).await?, (61, expected(&it.store, 61).await?), "{poison:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_leaves_the_stream_aside_and_takes_it_in_once_it_can_be() -> Tested {
    for poison in poisons() {
        let it = poisoned(&poison, OnError::Park).await?;
        it.projector.wait_for(61).await?;
        it.bank.execute(add(&name("bob"), 1)).await?;
        let done = it.bank.execute(add(&name("ada"), 1)).await?;
        it.projector.wait_for(&done).await?;
        let sums = found(&it.place).await?.1.sums;
        assert_eq!((sums["ada"], sums["bob"]), (10, 41), "nothing behind it on its stream: {poison:?}");
        let status = it.projector.status().await?.remove(0);
        assert_eq!(status.state, RunState::Parked);
        let [parked] = &status.parked[..] else { return Err(format!("{:?}", status.parked).into()) };
        assert_eq!((parked.stream.as_str(), parked.version, parked.position), ("tally-ada", 11, 31), "{poison:?}");
        // With nothing mended, it stays aside.
        assert!(it.projector.replay("sums", None).await.is_err());
        it.cure().await?;
        it.projector.replay("sums", None).await?;
        assert_eq!(found(&it.place).await?, (63, expected(&it.store, 63).await?), "{poison:?}");
        assert_eq!(it.projector.status().await?[0].state, RunState::Running);
    }
    Ok(())
}
