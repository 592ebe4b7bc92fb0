//! What is delivered elsewhere: at least once, and with the position to tell a repetition by.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use foldline_runtime::{
    AtLeastOnce, Deliver, Delivery, Executor, MemoryStore, OnError, Projection, ProjectionError, ProjectionOptions,
    Projector, RunState, Stream,
};

use crate::{
    Done,
    common::{Name, Tally, TallyEvent, commands::add, name},
};

/// A place elsewhere, that keeps what it was told and how far that was. It may be told to fail.
#[derive(Debug, Default)]
struct Elsewhere {
    told: Vec<(u64, String, i64)>,
    until: u64,
    deliveries: u32,
    /// It breaks down behind these deliveries: after it has taken them, and before it could say so.
    breaks_behind: Option<u32>,
    /// What it does not take.
    hates: Option<i64>,
}

#[derive(Debug, Clone, Default)]
struct Mail {
    letters: Vec<(u64, String, i64)>,
    to: Arc<Mutex<Elsewhere>>,
}

impl Projection for Mail {
    const NAME: &'static str = "mail";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(name) = delivery.key()?;
        if let TallyEvent::Added { n } = delivery.event()? {
            self.letters.push((delivery.position(), name, n));
        }
        Ok(())
    }
}

impl Deliver for Mail {
    type Error = &'static str;

    async fn deliver(self, until: u64) -> Result<(), &'static str> {
        // The lock is not held across anything that waits.
        tokio::task::yield_now().await;
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        if self.letters.iter().any(|(.., n)| to.hates == Some(*n)) {
            return Err("not this one");
        }
        let known = to.until;
        // A repetition is passed over by its position.
        to.told.extend(self.letters.into_iter().filter(|(position, ..)| *position > known));
        (to.until, to.deliveries) = (until.max(known), to.deliveries + 1);
        match to.breaks_behind {
            Some(deliveries) if to.deliveries == deliveries => panic!("it broke down"),
            _ => Ok(()),
        }
    }
}

fn sent(to: &Arc<Mutex<Elsewhere>>) -> Vec<i64> {
    to.lock().unwrap_or_else(PoisonError::into_inner).told.iter().map(|(.., n)| *n).collect()
}

#[tokio::test]
async fn what_may_be_repeated_is_told_by_its_position() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    for n in 0..50 {
        bank.execute(add(&name("ada"), n)).await?;
    }
    let to = Arc::new(Mutex::new(Elsewhere { breaks_behind: Some(3), ..Elsewhere::default() }));
    let mail = || AtLeastOnce::new(Mail { letters: Vec::new(), to: Arc::clone(&to) });
    let options = ProjectionOptions::new().batch(10);
    let projector = Projector::builder(store.clone()).run_with(mail(), options).start()?;
    projector.wait_for(50).await?;
    assert_eq!(sent(&to), (0..50).collect::<Vec<_>>());
    let deliveries = to.lock().unwrap_or_else(PoisonError::into_inner).deliveries;
    assert!(deliveries > 5, "one of them was repeated: {deliveries}");
    // Another goes on where this one was.
    projector.shutdown().await;
    bank.execute(add(&name("ada"), 50)).await?;
    let projector = Projector::builder(store).run_with(mail(), options).start()?;
    projector.wait_for(51).await?;
    assert_eq!(projector.status().await?[0].events, 1);
    assert_eq!(sent(&to), (0..=50).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn it_may_begin_with_what_comes() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    bank.execute(add(&name("ada"), 1)).await?;
    let mail = Mail::default();
    let to = Arc::clone(&mail.to);
    let projector = Projector::builder(store).run(AtLeastOnce::new(mail).from_now()).start()?;
    projector.wait_for(1).await?;
    let done = bank.execute(add(&name("ada"), 2)).await?;
    projector.wait_for(&done).await?;
    assert_eq!(sent(&to), [2]);
    Ok(())
}

#[tokio::test]
async fn what_is_not_taken_elsewhere_stops_it_or_its_stream() -> Done {
    for on_error in [OnError::Stop, OnError::Park] {
        let store = MemoryStore::new();
        let bank = Executor::new(store.clone());
        for n in 0..30 {
            bank.execute(add(&name(if n % 2 == 0 { "ada" } else { "bob" }), n)).await?;
        }
        let to = Arc::new(Mutex::new(Elsewhere { hates: Some(14), ..Elsewhere::default() }));
        let mail = AtLeastOnce::new(Mail { letters: Vec::new(), to: Arc::clone(&to) });
        let options = ProjectionOptions::new().on_error(on_error);
        let projector = Projector::builder(store).run_with(mail, options).start()?;
        let waited = projector.wait_for(30).await;
        let status = projector.status().await?.remove(0);
        let by_stream = |first: i64, to: i64| (first..to).step_by(2).collect::<Vec<_>>();
        let mut sent_by = BTreeMap::from([(0, Vec::new()), (1, Vec::new())]);
        for n in sent(&to) {
            sent_by.entry(n % 2).or_insert_with(Vec::new).push(n);
        }
        if on_error == OnError::Stop {
            assert!(waited.is_err());
            assert_eq!((status.state, status.position), (RunState::Stopped, 14));
            assert_eq!(sent(&to), (0..14).collect::<Vec<_>>());
        } else {
            waited?;
            assert_eq!((status.state, status.position, status.parked.len()), (RunState::Parked, 30, 1));
            assert_eq!(sent_by, BTreeMap::from([(0, by_stream(0, 14)), (1, by_stream(1, 30))]));
        }
    }
    Ok(())
}

#[tokio::test]
async fn one_delivers_and_another_takes_over() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::new(store.clone());
    let mail = Mail::default();
    let to = Arc::clone(&mail.to);
    let options = ProjectionOptions::new().takeover_after(Duration::from_millis(50));
    let one = Projector::builder(store.clone()).run_with(AtLeastOnce::new(mail.clone()), options).start()?;
    let done = bank.execute(add(&name("ada"), 1)).await?;
    one.wait_for(&done).await?;
    let other = Projector::builder(store).run_with(AtLeastOnce::new(mail), options).start()?;
    let done = bank.execute(add(&name("ada"), 2)).await?;
    other.wait_for(&done).await?;
    assert_eq!((other.status().await?[0].state, other.status().await?[0].events), (RunState::Standby, 0));
    one.stop("mail").await?;
    let done = bank.execute(add(&name("ada"), 3)).await?;
    other.wait_for(&done).await?;
    assert_eq!((other.status().await?[0].state, other.status().await?[0].events), (RunState::Running, 1));
    assert_eq!(sent(&to), [1, 2, 3]);
    Ok(())
}
