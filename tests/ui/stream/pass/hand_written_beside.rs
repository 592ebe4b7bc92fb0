//! What the macros write, written by hand beside them: each fits the other.

use foldline::{Access, Command as _, Event as _, Opener, Paused, Stream, StreamKey, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank::*;

key!(ClockId);

/// The events by derive, the stream by hand.
#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "clock")]
pub enum ClockEvent {
    Ticked,
    #[event(name = "clock.set", was("clock.adjusted"))]
    Adjusted {
        to: u64,
    },
}

#[derive(Debug, Clone, Default)]
pub struct Clock(u64);

impl Stream for Clock {
    type Key = ClockId;
    type Event = ClockEvent;
    const CATEGORY: &'static str = "clock";

    fn initial() -> Self {
        Self::default()
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn apply(&mut self, event: ClockEvent) {
        match event {
            ClockEvent::Ticked => self.0 += 1,
            ClockEvent::Adjusted { to } => self.0 = to,
        }
    }
}

impl StreamKey for ClockId {
    type State = Clock;
}

#[derive(Debug, Command)]
struct Tick {
    #[stream]
    clock: ClockId,
    #[stream]
    account: AccountId,
}

impl Decide for Tick {
    type Error = Refused;

    fn decide(&self, streams: &mut TickStreams) -> Result<(), Refused> {
        streams.clock.emit(ClockEvent::Ticked);
        streams.account.deposited(streams.clock.0);
        Ok(())
    }
}

/// A command by hand.
struct Set(ClockId);

struct SetStreams {
    clock: StreamMut<Clock>,
}

impl<'s> foldline::Declares<'s> for Set {
    type Open = &'s mut SetStreams;
}

impl Decide for Set {
    type Error = Refused;

    fn decide(&self, streams: &mut SetStreams) -> Result<(), Refused> {
        streams.clock.emit(ClockEvent::Adjusted { to: 40 });
        Ok(())
    }
}

impl foldline::Command for Set {
    const NAME: &'static str = "Set";
    type Streams = SetStreams;

    fn open(&self, opener: &mut Opener<'_>) -> Result<SetStreams, Paused> {
        let clock = opener.declare("clock", &self.0, Access::write());
        opener.ready()?;
        Ok(SetStreams { clock: <ClockId as foldline::Names>::writes(&clock, opener)? })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!((Set::NAME, Tick::NAME), ("Set", "Tick"));
    assert_eq!(ClockEvent::decode("clock.adjusted", 1, br#"{"to":1}"#).unwrap(), ClockEvent::Adjusted { to: 1 });
    let shop = Executor::new(MemoryStore::new());
    shop.execute(Set(ClockId(1))).await.unwrap();
    shop.execute(Tick { clock: ClockId(1), account: AccountId(1) }).await.unwrap();
    assert_eq!(shop.load(&AccountId(1)).await.unwrap().unwrap().balance, 41);
}
