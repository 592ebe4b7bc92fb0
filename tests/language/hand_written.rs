//! What the macros write, by hand in part: `#[derive(Event)]` with an `impl Stream` of one's own, under a derived command.

use foldline::{Event, Stream, StreamKey, prelude::*};

use crate::names::{Done, number_key};

number_key!(CounterId);

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "counter")]
enum CounterEvent {
    /// Counted on.
    Increased {
        #[serde(default, rename = "by")]
        steps: u64,
    },
    #[event(name = "counter.cleared", was("counter.zeroed"), version = 3)]
    Reset,
}

#[derive(Debug, Clone, Default)]
struct Counter(u64);

impl Stream for Counter {
    type Key = CounterId;
    type Event = CounterEvent;
    const CATEGORY: &'static str = "counter";

    fn initial() -> Self {
        Self::default()
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn apply(&mut self, event: CounterEvent) {
        match event {
            CounterEvent::Increased { steps } => self.0 += steps,
            CounterEvent::Reset => self.0 = 0,
        }
    }
}

impl StreamKey for CounterId {
    type State = Counter;
}

#[derive(Command)]
struct Count {
    #[stream]
    counter: CounterId,
    steps: u64,
}

impl Decide for Count {
    type Error = ();

    fn decide(&self, streams: &mut CountStreams) -> Result<(), ()> {
        match self.steps {
            0 => streams.counter.emit(CounterEvent::Reset),
            steps => streams.counter.emit(CounterEvent::Increased { steps }),
        }
        Ok(())
    }
}

#[tokio::test]
async fn derived_events_work_under_a_hand_written_fold() -> Done {
    let executor = Executor::new(MemoryStore::new());
    for steps in [2, 3, 0, 4] {
        executor.execute(Count { counter: CounterId(1), steps }).await.map_err(|_| "counting works")?;
    }
    assert_eq!(executor.load(&CounterId(1)).await?.map(|counter| counter.0), Some(4));
    assert_eq!(executor.load(&CounterId(1)).at_version(2).await?.map(|counter| counter.0), Some(5));
    let cleared = CounterEvent::TYPES[1];
    assert_eq!((cleared.name, cleared.was, cleared.version), ("counter.cleared", &["counter.zeroed"][..], 3));
    assert_eq!(CounterEvent::decode("counter.zeroed", 1, b"{}")?, CounterEvent::Reset);
    assert_eq!(CounterEvent::TYPES[0].docs, "Counted on.");
    Ok(())
}
