//! Many projections at one place of the log cost one reader: each event is read once for all of them.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use foldline_runtime::{
    CommitId, DecodeError, Delivery, EncodeError, Event, EventType, InMemory, MemoryStore, Projection, ProjectionError,
    Projector, Stream, StreamKey, StreamName,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
};

use crate::Done;

static DECODED: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, Clone, PartialEq)]
struct Rang;

impl Event for Rang {
    const TYPES: &'static [EventType] = &[EventType::new("bell.rang")];

    fn name(&self) -> &'static str {
        "bell.rang"
    }

    fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
        payload.extend_from_slice(b"{}");
        Ok(())
    }

    fn decode(name: &str, version: u32, _: &[u8]) -> Result<Self, DecodeError> {
        DECODED.fetch_add(1, Ordering::SeqCst);
        Self::check(name, version)?;
        Ok(Self)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Tower(u64);

impl fmt::Display for Tower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Tower {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

struct Bell;

impl Stream for Bell {
    type Key = Tower;
    type Event = Rang;
    const CATEGORY: &'static str = "bell";

    fn initial() -> Self {
        Self
    }

    fn duplicate(&self) -> Self {
        Self
    }

    fn apply(&mut self, _: Rang) {}
}

impl StreamKey for Tower {
    type State = Bell;
}

macro_rules! counts {
    ($($name:ident $text:literal),*) => {$(
        #[derive(Clone, Default)]
        struct $name(u64);

        impl Projection for $name {
            const NAME: &'static str = $text;
            const CATEGORIES: &'static [&'static str] = &[Bell::CATEGORY];

            fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
                let Rang = delivery.event()?;
                self.0 += delivery.key::<Tower>()?.0;
                Ok(())
            }
        }
    )*};
}

counts!(One "one", Two "two", Three "three");

#[tokio::test]
async fn an_event_is_read_once_for_all() -> Done {
    let store = MemoryStore::new();
    for n in 0..100 {
        let saw = vec![Expectation { stream: StreamName::of(&Tower(n)), seen: Seen::Nothing }];
        let event = NewEvent { stream: 0, name: "bell.rang", schema_version: 1, payload: 0..2 };
        let commit = Commit::new(CommitId::fresh(), saw).with_events(vec![event], &b"{}"[..])?;
        let outcome = store.submit(store.reserve().await?, commit).outcome().await;
        assert!(matches!(outcome, Outcome::Committed(_)));
    }
    let (one, two, three) = (InMemory::new(One(0)), InMemory::new(Two(0)), InMemory::new(Three(0)));
    let views = (one.view(), two.view(), three.view());
    let projector = Projector::builder(store).run(one).run(two).run(three).start()?;
    projector.wait_for(100).await?;
    let sum = (0..100).sum::<u64>();
    assert_eq!((views.0.read(|one| one.0), views.1.read(|two| two.0), views.2.read(|three| three.0)), (sum, sum, sum));
    assert_eq!(DECODED.load(Ordering::SeqCst), 100, "each once, and not once a projection");
    Ok(())
}
