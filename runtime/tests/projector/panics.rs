//! Code of others that panics where nobody expects it stops a projection, and says so; the projector goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    AtLeastOnce, Deliver, Delivery, Executor, InMemory, MemoryStore, OnError, Projection, ProjectionError,
    ProjectionOptions, Projector, RunState, Stream,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::{
    Done,
    common::{Tally, commands::add, name},
};

/// Where it panics.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum At {
    #[default]
    Nowhere,
    Clone,
    /// Before there is a future that could be looked after.
    Deliver,
    Serialize,
}

/// How many events it met; and whether it is as careless as it was told to be.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "u64")]
struct Careless {
    met: u64,
    at: At,
    armed: Arc<AtomicBool>,
}

impl Careless {
    fn new(at: At) -> Self {
        Self { at, ..Self::default() }
    }

    fn pass(&self, at: At) {
        assert!(self.at != at || !self.armed.load(Ordering::SeqCst), "it fell at {at:?}");
    }
}

impl From<u64> for Careless {
    fn from(met: u64) -> Self {
        Self { met, ..Self::default() }
    }
}

impl Clone for Careless {
    fn clone(&self) -> Self {
        self.pass(At::Clone);
        Self { met: self.met, at: self.at, armed: Arc::clone(&self.armed) }
    }
}

impl Serialize for Careless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.pass(At::Serialize);
        self.met.serialize(serializer)
    }
}

impl Projection for Careless {
    const NAME: &'static str = "careless";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, _: Delivery<'_>) -> Result<(), ProjectionError> {
        self.met += 1;
        Ok(())
    }
}

impl Deliver for Careless {
    type Error = &'static str;

    fn deliver(self, _: u64) -> impl Future<Output = Result<(), &'static str>> + Send {
        self.pass(At::Deliver);
        async { Ok(()) }
    }
}

/// No test waits for longer: whoever is still not there then never will be.
const ENOUGH: Duration = Duration::from_secs(20);

/// It stops, says why, and goes on once it is mended.
async fn stops_and_goes_on(
    projector: &Projector,
    bank: &Executor,
    armed: &AtomicBool,
    said: &str,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    projector.wait_for(3).timeout(ENOUGH).await?;
    armed.store(true, Ordering::SeqCst);
    let done = bank.execute(add(&name("ada"), 1)).await?;
    let end = done.position().unwrap_or_default();
    let stopped = projector.wait_for(end + 1).timeout(ENOUGH).await.map_err(|error| error.to_string());
    let Err(why) = stopped else { panic!("it went on") };
    assert!(why.contains("has stopped") && why.contains(said), "{why}");
    assert_eq!(projector.status().await?[0].state, RunState::Stopped);
    armed.store(false, Ordering::SeqCst);
    projector.resume("careless").await?;
    projector.wait_for(&done).timeout(ENOUGH).await?;
    Ok(())
}

async fn three() -> Result<(MemoryStore, Executor), Box<dyn std::error::Error + Send + Sync>> {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..3 {
        bank.execute(add(&name("ada"), n)).await?;
    }
    Ok((store, bank))
}

#[tokio::test]
async fn a_clone_or_a_delivery_that_panics_stops_it() -> Done {
    for at in [At::Clone, At::Deliver] {
        let (store, bank) = three().await?;
        let careless = Careless::new(at);
        let armed = Arc::clone(&careless.armed);
        let projector = Projector::builder(store).run(AtLeastOnce::new(careless)).start()?;
        stops_and_goes_on(&projector, &bank, &armed, &format!("it fell at {at:?}")).await?;
    }
    Ok(())
}

/// No event is to blame for it, so that none is left aside.
#[tokio::test]
async fn a_clone_that_panics_leaves_no_stream_aside() -> Done {
    let (store, bank) = three().await?;
    let careless = Careless::new(At::Clone);
    let armed = Arc::clone(&careless.armed);
    let options = ProjectionOptions::new().on_error(OnError::Park);
    let projector = Projector::builder(store).run_with(AtLeastOnce::new(careless), options).start()?;
    stops_and_goes_on(&projector, &bank, &armed, "it fell at Clone").await?;
    assert!(projector.status().await?[0].parked.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_value_in_memory_that_cannot_be_cloned_stops_it_before_the_first_event() -> Done {
    let (store, bank) = three().await?;
    let careless = Careless::new(At::Clone);
    let armed = Arc::clone(&careless.armed);
    let careless = InMemory::new(careless);
    let view = careless.view();
    let projector = Projector::builder(store).run(careless).start()?;
    // Its task has not run yet: there is but one thread.
    armed.store(true, Ordering::SeqCst);
    let stopped = projector.wait_for(3).timeout(ENOUGH).await.map_err(|error| error.to_string());
    assert!(stopped.as_ref().is_err_and(|why| why.contains("it fell at Clone")), "{stopped:?}");
    armed.store(false, Ordering::SeqCst);
    projector.resume("careless").await?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).timeout(ENOUGH).await?;
    assert_eq!(view.read(|careless| careless.met), 4);
    Ok(())
}

/// Whoever says "never" means no date that the clock cannot name.
#[tokio::test]
async fn no_time_is_too_long_and_no_batch_too_large() -> Done {
    let (store, _) = three().await?;
    let options = ProjectionOptions::new()
        .checkpoint_every(10_000, Duration::MAX)
        .takeover_after(Duration::MAX)
        .batch(usize::MAX);
    let saved = InMemory::new(Careless::default()).saved();
    let projector = Projector::builder(store.clone()).run_with(saved, options).start()?;
    projector.wait_for(3).timeout(ENOUGH).await?;
    let delivering = AtLeastOnce::new(Careless::default());
    let projector = Projector::builder(store).run_with(delivering, options).start()?;
    projector.wait_for(3).timeout(ENOUGH).await?;
    Ok(())
}

#[tokio::test]
async fn a_value_that_panics_when_it_is_saved_stops_it() -> Done {
    let (store, bank) = three().await?;
    let careless = Careless::new(At::Serialize);
    let armed = Arc::clone(&careless.armed);
    let options = ProjectionOptions::new().checkpoint_every(1, Duration::from_secs(3600));
    let projector = Projector::builder(store).run_with(InMemory::new(careless).saved(), options).start()?;
    stops_and_goes_on(&projector, &bank, &armed, "it fell at Serialize").await
}
