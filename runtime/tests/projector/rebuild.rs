//! A read model in memory is built anew while the present one serves.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    AtLeastOnce, Deliver, Delivery, Executor, InMemory, MemoryStore, Progress, Projection, ProjectionError,
    ProjectionOptions, Projector, ProjectorError, RunState, Stream,
};
use serde::{Deserialize, Serialize};

use crate::{
    Done,
    common::{
        Name, Tally, TallyEvent,
        commands::{add, record},
        name, noted,
    },
};

/// A sum that was once added up wrongly, by code that is mended now.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Total {
    total: i64,
    #[serde(skip)]
    wrong: Arc<AtomicBool>,
}

impl Projection for Total {
    const NAME: &'static str = "total";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(_) = delivery.key()?;
        match delivery.event()? {
            TallyEvent::Added { n } if self.wrong.load(Ordering::SeqCst) => self.total += 2 * n,
            TallyEvent::Added { n } => self.total += n,
            _ => return Err(ProjectionError::handler("it knows numbers alone")),
        }
        Ok(())
    }
}

#[tokio::test]
async fn it_is_built_anew_while_the_old_one_serves_and_takes_its_place() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for _ in 0..500 {
        bank.execute(add(&name("ada"), 1)).await?;
    }
    let total = Total::default();
    let wrong = Arc::clone(&total.wrong);
    wrong.store(true, Ordering::SeqCst);
    let total = InMemory::new(total).saved();
    let view = total.view();
    let options = ProjectionOptions::new().batch(20);
    let projector = Projector::builder(store).run_with(total, options).start()?;
    projector.wait_for(500).await?;
    assert_eq!(view.read(|total| total.total), 1000);

    wrong.store(false, Ordering::SeqCst);
    let seen = Arc::<Mutex<Vec<Progress>>>::default();
    let (listener, watched) = (Arc::clone(&seen), view.clone());
    let rebuilt = projector.rebuild("total").on_progress(move |progress| {
        assert!(watched.read(|total| total.total) >= 1000, "the old one serves");
        listener.lock().unwrap_or_else(PoisonError::into_inner).push(progress);
    });
    rebuilt.await?;
    assert_eq!(view.read_at(|total, position| (total.total, position)), (500, 500));
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(seen.iter().all(|progress| progress.head == 500) && seen.is_sorted_by_key(|progress| progress.position));
    assert!(seen.last().is_some_and(|last| last.position >= 480 && last.rate > 0.0 && last.remaining.is_some()));
    // It goes on from there.
    let done = bank.execute(add(&name("ada"), 5)).await?;
    projector.wait_for(&done).await?;
    assert_eq!(view.read(|total| total.total), 505);
    let status = projector.status().await?.remove(0);
    assert!((status.state, status.position, status.rebuild) == (RunState::Running, 501, None), "{status:?}");
    Ok(())
}

#[tokio::test]
async fn what_differs_is_told_before_anything_is_put_in_its_place() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 4)).await?;
    let total = Total::default();
    let wrong = Arc::clone(&total.wrong);
    wrong.store(true, Ordering::SeqCst);
    let total = InMemory::new(total).saved();
    let view = total.view();
    let projector = Projector::builder(store).run(total).start()?;
    projector.wait_for(1).await?;
    wrong.store(false, Ordering::SeqCst);

    let compared = projector.rebuild_and_compare("total").await?;
    let [difference] = compared.differences() else { panic!("{compared:?}") };
    assert_eq!(difference.samples, ["- /total: 8", "+ /total: 4"]);
    assert_eq!(projector.status().await?[0].state, RunState::Rebuilding);
    // Both go on meanwhile.
    let done = bank.execute(add(&name("ada"), 1)).await?;
    projector.wait_for(&done).await?;
    assert_eq!(view.read(|total| total.total), 9);
    compared.swap().await?;
    assert_eq!(view.read_at(|total, position| (total.total, position)), (5, 2));

    let compared = projector.rebuild_and_compare("total").await?;
    assert!(compared.differences().is_empty(), "{compared:?}");
    compared.discard().await;
    assert_eq!(projector.status().await?[0].state, RunState::Running);
    let done = bank.execute(add(&name("ada"), 1)).await?;
    projector.wait_for(&done).await?;
    assert_eq!(view.read(|total| total.total), 6);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_built_leaves_the_present_one_as_it_is() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 4)).await?;
    let total = InMemory::new(Total::default());
    let view = total.view();
    let projector = Projector::builder(store).run(total).start()?;
    projector.wait_for(1).await?;
    bank.execute(record(&name("ada"), vec![noted("no number")])).await?;
    assert!(projector.wait_for(2).await.is_err());
    let failed = projector.rebuild("total").await;
    let Err(ProjectorError::Failed { failure, .. }) = &failed else { panic!("{failed:?}") };
    assert_eq!(failure.event.as_ref().map(|event| event.position), Some(2));
    assert_eq!(view.read_at(|total, position| (total.total, position)), (4, 1));
    let unknown = projector.rebuild("totals").await;
    assert!(matches!(unknown, Err(ProjectorError::Unknown { .. })), "{unknown:?}");
    Ok(())
}

/// Also one that has stopped: it goes on with what was built.
#[tokio::test]
async fn one_that_has_stopped_is_built_anew() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 4)).await?;
    let total = Total::default();
    let wrong = Arc::clone(&total.wrong);
    wrong.store(true, Ordering::SeqCst);
    let total = InMemory::new(total);
    let view = total.view();
    let projector = Projector::builder(store).run(total).start()?;
    projector.wait_for(1).await?;
    projector.stop("total").await?;
    wrong.store(false, Ordering::SeqCst);
    projector.rebuild("total").await?;
    let done = bank.execute(add(&name("ada"), 1)).await?;
    while view.position() < 2 {
        tokio::task::yield_now().await;
    }
    projector.wait_for(&done).await?;
    assert_eq!(view.read(|total| total.total), 5);
    Ok(())
}

impl Deliver for Total {
    type Error = &'static str;

    async fn deliver(self, _: u64) -> Result<(), &'static str> {
        Ok(())
    }
}

#[tokio::test]
async fn what_was_delivered_is_not_taken_back() -> Done {
    let projector = Projector::builder(MemoryStore::new()).run(AtLeastOnce::new(Total::default())).start()?;
    projector.wait_for(0).await?;
    let refused = projector.rebuild("total").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("cannot be taken back")));
    Ok(())
}

/// The present one and the next are compared at one position, however fast the log grows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_differs_while_the_log_grows() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for _ in 0..100 {
        bank.execute(add(&name("ada"), 1)).await?;
    }
    let options = ProjectionOptions::new().batch(3);
    let total = InMemory::new(Total::default()).saved();
    let projector = Projector::builder(store).run_with(total, options).start()?;
    projector.wait_for(100).await?;
    let over = Arc::<AtomicBool>::default();
    let (growing, until) = (bank.clone(), Arc::clone(&over));
    let growing = tokio::spawn(async move {
        while !until.load(Ordering::SeqCst) {
            growing.execute(add(&name("ada"), 1)).await?;
            // Else it would grow faster than anything can be built.
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        Done::Ok(())
    });
    for _ in 0..30 {
        let compared = projector.rebuild_and_compare("total").await?;
        assert!(compared.differences().is_empty(), "{compared:?}");
        compared.discard().await;
    }
    over.store(true, Ordering::SeqCst);
    growing.await?
}
