//! Read models in memory: folded, read by a handle, waited for, saved and restored.

use std::time::Duration;

use foldline_runtime::{
    Delivery, Executor, InMemory, MemoryStore, Projection, ProjectionError, ProjectionOptions, Projector,
    ProjectorBuilder, ProjectorError, RunState, StoreError, Timestamp,
    storage::{Checkpoint, Snapshot, Store},
};

use crate::{
    Done,
    common::{
        commands::{add, record},
        name, noted,
    },
    models::Sums,
};

#[tokio::test]
async fn what_was_and_what_comes_is_folded_in_order() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..25 {
        bank.execute(add(&name(if n % 2 == 0 { "ada" } else { "bob" }), n)).await?;
    }
    let sums = InMemory::new(Sums::<0>::default());
    let view = sums.view();
    let projector = Projector::builder(store).run_with(sums, ProjectionOptions::new().batch(4)).start()?;
    for n in 25..50 {
        let done = bank.execute(add(&name("ada"), n)).await?;
        projector.wait_for(&done).await?;
        assert!(view.read(|sums| sums.of("ada").last() == Some(&n)), "one reads what one wrote");
    }
    let ada: Vec<i64> = (0..25).step_by(2).chain(25..50).collect();
    assert_eq!(view.read(|sums| sums.of("ada").to_vec()), ada);
    assert_eq!(view.read(|sums| sums.of("bob").to_vec()), (1..25).step_by(2).collect::<Vec<_>>());
    assert_eq!(view.position(), 50);
    let [status] = &projector.status().await?[..] else { panic!("one projection") };
    assert_eq!((status.name.as_str(), status.state, status.position, status.lag), ("sums", RunState::Running, 50, 0));
    assert_eq!((status.events, status.lag_time), (50, Duration::ZERO));
    assert!(!status.outdated && status.last_error.is_none() && status.parked.is_empty());
    Ok(())
}

#[tokio::test]
async fn it_has_been_behind_since_the_first_event_that_it_did_not_take_in() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(InMemory::new(Sums::<0>::default())).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    projector.stop("sums").await?;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let before = Timestamp::now().as_micros();
    for n in 2..4 {
        bank.execute(add(&name("ada"), n)).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let status = projector.status().await?.remove(0);
    let since = u128::try_from(Timestamp::now().as_micros() - before)?;
    assert_eq!((status.state, status.lag), (RunState::Stopped, 2));
    assert!((30_000..=since).contains(&status.lag_time.as_micros()), "{:?} of {since} µs", status.lag_time);
    Ok(())
}

// Whoever looks has a thread of their own, so that nothing stands only while nobody looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_sees_half_a_commit() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for _ in 0..500 {
        bank.execute(record(&name("ada"), [1, 1, 1, 1, -1, -1, -1, -1].map(crate::common::added).to_vec())).await?;
    }
    let sums = InMemory::new(Sums::<0>::default());
    let view = sums.view();
    // No batch and no page ends where a commit does.
    let projector = Projector::builder(store).run_with(sums, ProjectionOptions::new().batch(11)).start()?;
    loop {
        let (sum, position) = view.read_at(|sums, position| (sums.of("ada").iter().sum::<i64>(), position));
        assert_eq!(sum, 0, "at {position}");
        if position == 4000 {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(projector);
    Ok(())
}

#[tokio::test]
async fn whoever_waits_is_told_when_it_stops_and_when_time_is_over() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(InMemory::new(Sums::<0>::default())).start()?;
    let late = projector.wait_for(1).timeout(Duration::from_millis(1)).await;
    assert!(matches!(late, Err(ProjectorError::Timeout { position: 1, .. })), "{late:?}");
    projector.wait_for(0).await?;
    let poison = bank.execute(record(&name("ada"), vec![noted("poison")])).await?;
    let stopped = projector.wait_for(&poison).await;
    let Err(ProjectorError::Stopped { failure: Some(failure), .. }) = &stopped else { panic!("{stopped:?}") };
    assert_eq!(failure.event.as_ref().map(|event| (event.position, event.version)), Some((1, 1)));
    let unknown = projector.wait_for(1).of("summs").await;
    assert!(matches!(unknown, Err(ProjectorError::Unknown { .. })), "{unknown:?}");
    Ok(())
}

#[tokio::test]
async fn a_saved_value_is_taken_up_where_it_was() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..10 {
        bank.execute(add(&name("ada"), n)).await?;
    }
    let sums = InMemory::new(Sums::<1>::default()).saved();
    let projector = Projector::builder(store.clone()).run(sums).start()?;
    projector.wait_for(10).await?;
    projector.shutdown().await;
    bank.execute(add(&name("ada"), 10)).await?;

    let sums = InMemory::new(Sums::<1>::default()).saved();
    let view = sums.view();
    let projector = Projector::builder(store.clone()).run(sums).start()?;
    projector.wait_for(11).await?;
    assert_eq!(view.read(|sums| (sums.of("ada").to_vec(), sums.met)), ((0..11).collect(), 11));
    assert_eq!(projector.status().await?[0].events, 1, "only what came since was folded");

    // Other code throws it away, and folds anew.
    let sums = InMemory::new(Sums::<2>::default()).saved();
    let view = sums.view();
    let projector = Projector::builder(store).run(sums).start()?;
    projector.wait_for(11).await?;
    assert_eq!(view.read(|sums| sums.met), 11);
    assert_eq!(projector.status().await?[0].events, 11, "all of it was folded");
    Ok(())
}

#[tokio::test]
async fn a_value_is_saved_as_often_as_it_was_told_to() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..95 {
        bank.execute(add(&name("ada"), n)).await?;
    }
    let options = ProjectionOptions::new().batch(10).checkpoint_every(20, Duration::from_secs(3600));
    let sums = InMemory::new(Sums::<1>::default()).saved();
    let projector = Projector::builder(store.clone()).run_with(sums, options).start()?;
    projector.wait_for(95).await?;
    let checkpoints = store.checkpoints().ok_or("a store without checkpoints")?;
    let saved = checkpoints.snapshot("sums").await?.ok_or("nothing was saved")?;
    assert_eq!(saved.checkpoint.position, 80);
    Ok(())
}

#[tokio::test]
async fn a_checkpoint_beyond_the_head_is_an_error() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 1)).await?;
    let state = serde_json::to_vec(&Sums::<1>::default())?.into();
    let snapshot = Snapshot { checkpoint: Checkpoint { position: 7, code: 1, parked: Vec::new() }, state };
    store.checkpoints().ok_or("a store without checkpoints")?.save("sums", &snapshot).await?;
    let sums = InMemory::new(Sums::<1>::default()).saved();
    let projector = Projector::builder(store).run(sums).start()?;
    let stopped = projector.wait_for(8).await;
    let Err(ProjectorError::Stopped { failure: Some(failure), .. }) = &stopped else { panic!("{stopped:?}") };
    assert!(failure.event.is_none() && failure.to_string().contains("beyond the end of the log"), "{failure}");
    Ok(())
}

#[tokio::test]
async fn two_of_one_name_are_refused() {
    let two = [InMemory::new(Sums::<1>::default()), InMemory::new(Sums::<1>::default())];
    let builder = two.into_iter().fold(Projector::builder(MemoryStore::new()), ProjectorBuilder::run);
    let refused = builder.start();
    assert!(matches!(&refused, Err(StoreError::Failed { context, .. }) if context.contains("sums")), "{refused:?}");
}

/// Their rows would be where a rebuild of `sums` puts its own.
#[tokio::test]
async fn names_that_a_rebuild_needs_are_refused() {
    #[derive(Clone)]
    struct Next;
    impl Projection for Next {
        const NAME: &'static str = "sums_next";
        const CATEGORIES: &'static [&'static str] = &[];

        fn apply(&mut self, _: Delivery<'_>) -> Result<(), ProjectionError> {
            Ok(())
        }
    }
    let refused = Projector::builder(MemoryStore::new()).run(InMemory::new(Next)).start();
    assert!(matches!(&refused, Err(StoreError::Failed { context, .. }) if context.contains("`_next`")), "{refused:?}");
}
