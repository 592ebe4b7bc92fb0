//! What cannot be taken in: it stops, is tried again, or is left aside, exactly as declared.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    Delivery, Executor, InMemory, MemoryStore, OnError, Projection, ProjectionError, ProjectionOptions, Projector,
    ProjectorError, RetryPolicy, RunState, Stream, View,
};

use crate::{
    Done,
    common::{
        Tally, TallyEvent,
        commands::{add, record},
        name, noted,
    },
    models::Sums,
};

struct Place {
    bank: Executor,
    projector: Projector,
    view: View<Sums>,
    cured: Arc<AtomicBool>,
}

/// A log in which one event of four poisons `ada`, and what others do stands before and behind it.
async fn poisoned(poison: TallyEvent, on_error: OnError) -> Result<Place, Box<dyn std::error::Error + Send + Sync>> {
    poisoned_with(poison, ProjectionOptions::new().on_error(on_error)).await
}

async fn poisoned_with(
    poison: TallyEvent,
    options: ProjectionOptions,
) -> Result<Place, Box<dyn std::error::Error + Send + Sync>> {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 1)).await?;
    bank.execute(add(&name("bob"), 1)).await?;
    bank.execute(record(&name("ada"), vec![poison])).await?;
    bank.execute(add(&name("bob"), 2)).await?;
    bank.execute(add(&name("ada"), 2)).await?;
    let sums = Sums::default();
    let cured = Arc::clone(&sums.cured);
    let sums = InMemory::new(sums);
    let view = sums.view();
    let projector = Projector::builder(store).run_with(sums, options).start()?;
    Ok(Place { bank, projector, view, cured })
}

/// An event that a handler refuses, one on which it panics, and one that cannot be read.
fn poisons() -> [TallyEvent; 3] {
    [noted("poison"), noted("explosion"), TallyEvent::Unreadable]
}

impl Place {
    fn sums(&self) -> (Vec<i64>, Vec<i64>) {
        self.view.read(|sums| (sums.of("ada").to_vec(), sums.of("bob").to_vec()))
    }
}

#[tokio::test]
async fn it_stops_before_the_event_and_goes_on_with_it() -> Done {
    for poison in poisons() {
        let place = poisoned(poison.clone(), OnError::Stop).await?;
        assert!(place.projector.wait_for(5).await.is_err(), "{poison:?}");
        let status = place.projector.status().await?.remove(0);
        assert_eq!((status.state, status.position, status.lag), (RunState::Stopped, 2, 3), "{poison:?}");
        let failure = status.last_error.ok_or("no error")?;
        let event = failure.event.ok_or("no event")?;
        assert_eq!((event.position, event.version, event.stream.as_str()), (3, 2, "tally-ada"));
        assert_eq!(place.sums(), (vec![1], vec![1]), "nothing behind it, and nothing half: {poison:?}");

        // Told to go on with nothing mended, it stops there again.
        place.projector.resume("sums").await?;
        assert!(place.projector.wait_for(5).await.is_err(), "{poison:?}");
        assert_eq!(place.sums(), (vec![1], vec![1]), "{poison:?}");
        if !matches!(poison, TallyEvent::Unreadable) {
            place.cured.store(true, Ordering::SeqCst);
            place.projector.resume("sums").await?;
            while place.view.position() < 5 {
                tokio::task::yield_now().await;
            }
            assert_eq!(place.sums(), (vec![1, 2], vec![1, 2]), "{poison:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn it_tries_again_and_goes_on_once_it_works() -> Done {
    for poison in &poisons()[..2] {
        let policy = RetryPolicy::retries(u32::MAX).backoff(Duration::from_millis(1), Duration::from_millis(1));
        let place = poisoned(poison.clone(), OnError::Retry(policy)).await?;
        while place.projector.status().await?[0].last_error.is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(place.sums().1, [1], "nothing behind it meanwhile: {poison:?}");
        place.cured.store(true, Ordering::SeqCst);
        place.projector.wait_for(5).await?;
        assert_eq!(place.sums(), (vec![1, 2], vec![1, 2]), "{poison:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_stops_when_it_has_tried_often_enough() -> Done {
    for poison in poisons() {
        let policy = RetryPolicy::retries(3).backoff(Duration::from_millis(1), Duration::from_millis(1));
        let place = poisoned(poison.clone(), OnError::Retry(policy)).await?;
        assert!(place.projector.wait_for(5).await.is_err(), "{poison:?}");
        assert_eq!(place.projector.status().await?[0].position, 2, "{poison:?}");
        assert_eq!(place.sums(), (vec![1], vec![1]), "{poison:?}");
    }
    Ok(())
}

#[tokio::test]
async fn it_leaves_the_stream_aside_and_goes_on_with_the_others() -> Done {
    for poison in poisons() {
        let place = poisoned(poison.clone(), OnError::Park).await?;
        place.projector.wait_for(5).await?;
        place.bank.execute(add(&name("ada"), 3)).await?;
        place.bank.execute(add(&name("bob"), 3)).await?;
        place.projector.wait_for(7).await?;
        assert_eq!(place.sums(), (vec![1], vec![1, 2, 3]), "{poison:?}");
        let status = place.projector.status().await?.remove(0);
        assert_eq!((status.state, status.position), (RunState::Parked, 7), "{poison:?}");
        let [parked] = &status.parked[..] else { panic!("{:?}", status.parked) };
        assert_eq!((parked.stream.as_str(), parked.version, parked.position), ("tally-ada", 2, 3));
        assert!(!parked.error.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn what_was_left_aside_is_taken_in_once_it_can_be() -> Done {
    for poison in &poisons()[..2] {
        let place = poisoned(poison.clone(), OnError::Park).await?;
        place.bank.execute(record(&name("cy"), vec![poison.clone(), crate::common::added(7)])).await?;
        place.bank.execute(add(&name("ada"), 3)).await?;
        place.projector.wait_for(8).await?;
        // Not yet: it stays aside, and nobody else is disturbed.
        let failed = place.projector.replay("sums", None).await;
        let Err(ProjectorError::Failed { failure, .. }) = &failed else { panic!("{failed:?}") };
        assert_eq!(failure.event.as_ref().map(|event| (event.position, event.version)), Some((3, 2)), "{poison:?}");
        assert_eq!(place.sums(), (vec![1], vec![1, 2]), "{poison:?}");
        assert_eq!(place.projector.status().await?[0].parked.len(), 2);

        place.cured.store(true, Ordering::SeqCst);
        place.projector.replay("sums", Some("tally-ada")).await?;
        assert_eq!(place.sums(), (vec![1, 2, 3], vec![1, 2]), "{poison:?}");
        assert_eq!(place.view.read(|sums| sums.of("cy").to_vec()), [0; 0], "only what was asked for");
        place.projector.replay("sums", None).await?;
        let done = place.bank.execute(add(&name("ada"), 4)).await?;
        place.projector.wait_for(&done).await?;
        assert_eq!(place.sums(), (vec![1, 2, 3, 4], vec![1, 2]), "{poison:?}");
        assert_eq!(place.view.read(|sums| (sums.of("cy").to_vec(), sums.met)), (vec![7], 9));
        let status = place.projector.status().await?.remove(0);
        assert_eq!((status.state, status.parked.len()), (RunState::Running, 0));
        let unknown = place.projector.replay("summs", None).await;
        assert!(matches!(unknown, Err(ProjectorError::Unknown { .. })));
        place.projector.stop("sums").await?;
        let stopped = place.projector.replay("sums", None).await;
        assert!(matches!(stopped, Err(ProjectorError::NotHere { .. })));
    }
    Ok(())
}

/// What is left aside is listed in one place, which has its bounds.
#[tokio::test]
async fn it_stops_when_too_much_was_left_aside() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..=1000 {
        bank.execute(record(&name(&format!("t-{n}")), vec![noted("poison")])).await?;
    }
    bank.execute(add(&name("bob"), 1)).await?;
    let sums = Sums::<0>::default();
    let cured = Arc::clone(&sums.cured);
    let options = ProjectionOptions::new().on_error(OnError::Park);
    let projector = Projector::builder(store).run_with(InMemory::new(sums), options).start()?;
    let stopped = projector.wait_for(1002).await.map_err(|error| error.to_string());
    let Err(why) = stopped else { panic!("it went on") };
    assert!(why.contains("1000 streams are left aside") && why.contains("it cannot stand poison"), "{why}");
    let status = projector.status().await?.remove(0);
    assert_eq!((status.state, status.position, status.parked.len()), (RunState::Stopped, 1000, 1000));
    let event = status.last_error.and_then(|failure| failure.event).ok_or("no event")?;
    assert_eq!(event.stream.as_str(), "tally-t-1000");
    // Mended, it goes on with that one, and the others can be taken in.
    cured.store(true, Ordering::SeqCst);
    projector.resume("sums").await?;
    projector.wait_for(&bank.execute(add(&name("bob"), 2)).await?).await?;
    projector.replay("sums", None).await?;
    assert!(projector.status().await?[0].parked.is_empty());
    Ok(())
}

#[tokio::test]
async fn how_much_is_left_aside_can_be_said() -> Done {
    for (limit, at) in [(0, 2), (1, 5)] {
        let options = ProjectionOptions::new().on_error(OnError::Park).parked_at_most(limit);
        let place = poisoned_with(noted("explosion"), options).await?;
        place.bank.execute(record(&name("cy"), vec![noted("explosion")])).await?;
        assert!(place.projector.wait_for(6).await.is_err());
        let status = place.projector.status().await?.remove(0);
        assert_eq!((status.state, status.position, status.parked.len()), (RunState::Stopped, at, limit));
        assert_eq!(place.sums().0, [1], "nothing half done is to be seen");
    }
    Ok(())
}

/// A handler may say much; what is kept of it has an end.
#[tokio::test]
async fn what_is_kept_of_an_error_has_an_end() -> Done {
    struct Wordy;
    impl Projection for Wordy {
        const NAME: &'static str = "wordy";
        const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

        fn apply(&mut self, _: Delivery<'_>) -> Result<(), ProjectionError> {
            Err(ProjectionError::handler("ä€".repeat(100_000)))
        }
    }
    impl Clone for Wordy {
        fn clone(&self) -> Self {
            Self
        }
    }
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    let done = bank.execute(add(&name("ada"), 1)).await?;
    let options = ProjectionOptions::new().on_error(OnError::Park);
    let projector = Projector::builder(store).run_with(InMemory::new(Wordy), options).start()?;
    projector.wait_for(&done).await?;
    let status = projector.status().await?.remove(0);
    let [parked] = &status.parked[..] else { panic!("{:?}", status.parked) };
    assert!(
        parked.error.len() < 2_000 && parked.error.starts_with("the handler failed: ä€ä"),
        "{}",
        parked.error.len()
    );
    Ok(())
}
