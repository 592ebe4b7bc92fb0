//! `#[stream(…)]` on an impl block.

use foldline::{Event, Stream, StreamKey, prelude::*, storage::Store};
use futures_util::TryStreamExt;

use crate::names::{Done, number_key};

number_key!(LampId, DoorId, WindowId, TrainId);

/// By default all names come from the state's.
#[derive(Debug, Clone, Default, PartialEq)]
struct Lamp {
    on: bool,
}

#[stream(key = LampId)]
impl Lamp {
    /// Somebody came in.
    #[event]
    fn switched_on(&mut self) {
        self.on = true;
    }

    #[event]
    fn switched_off(&mut self) {
        self.on = false;
    }

    fn is_dark(&self) -> bool {
        !self.on
    }
}

#[derive(Command)]
struct Switch {
    #[stream]
    lamp: LampId,
}

impl Decide for Switch {
    type Error = ();

    fn decide(&self, streams: &mut SwitchStreams) -> Result<(), ()> {
        if streams.lamp.is_dark() {
            streams.lamp.switched_on();
        } else {
            streams.lamp.switched_off();
        }
        Ok(())
    }
}

#[tokio::test]
async fn names_come_from_the_states_name() -> Done {
    let house = Executor::new(MemoryStore::new());
    for _ in 0..3 {
        house.execute(Switch { lamp: LampId(7) }).await.map_err(|_| "switching works")?;
    }
    let events: Vec<_> = house.history(&LampId(7)).read().try_collect().await?;
    let facts: Vec<_> = events.iter().map(|record| record.event.clone()).collect();
    assert_eq!(facts, [LampEvent::SwitchedOn, LampEvent::SwitchedOff, LampEvent::SwitchedOn]);
    let names: Vec<_> =
        events.iter().map(|record| (record.stream().as_str(), record.name(), record.payload())).collect();
    let (on, off) = ("lamp.switched_on", "lamp.switched_off");
    assert_eq!(names, [("lamp-7", on, &b"{}"[..]), ("lamp-7", off, b"{}"), ("lamp-7", on, b"{}")]);
    Ok(())
}

#[test]
fn the_catalogue_tells_names_versions_fields_and_docs() {
    let types = LampEvent::TYPES;
    assert_eq!((types[0].name, types[0].version, types[0].docs), ("lamp.switched_on", 1, "Somebody came in."));
    assert_eq!((types[1].name, types[1].docs, types[1].fields), ("lamp.switched_off", "", &[][..]));
    let amount = PaymentHappened::TYPES[0].fields[0];
    assert_eq!((amount.name, amount.ty), ("amounts", "Vec<(u64, Option<Cow<'static, str>>)>"));
}

/// `name`, `events`, `facts`, `vis` and `derive` say otherwise.
mod renamed {
    use std::borrow::Cow;

    use foldline::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub(crate) struct PaymentId(pub(crate) char);

    impl std::fmt::Display for PaymentId {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl std::str::FromStr for PaymentId {
        type Err = std::char::ParseCharError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            text.parse().map(Self)
        }
    }

    #[derive(Debug, Clone, Default)]
    pub(crate) struct PaymentOfTheBank {
        pub(crate) total: u64,
    }

    #[stream(
        key = PaymentId,
        name = "payment",
        events = PaymentHappened,
        facts = PaymentVerbs,
        vis = "pub(crate)",
        derive(Eq, serde::Serialize)
    )]
    impl PaymentOfTheBank {
        #[event]
        fn made(&mut self, #[serde(rename = "coins", default)] amounts: Vec<(u64, Option<Cow<'static, str>>)>) {
            self.total += amounts.iter().map(|(amount, _)| amount).sum::<u64>();
        }
    }
}
use renamed::{PaymentHappened, PaymentId, PaymentOfTheBank, PaymentVerbs};

#[derive(Command)]
struct Pay {
    #[stream]
    payment: PaymentId,
    amount: u64,
}

impl Decide for Pay {
    type Error = ();

    fn decide(&self, streams: &mut PayStreams) -> Result<(), ()> {
        PaymentVerbs::made(&mut streams.payment, vec![(self.amount, Some("a purse".into()))]);
        Ok(())
    }
}

#[tokio::test]
async fn names_can_be_others() -> Done {
    let bank = Executor::new(MemoryStore::new());
    let done = bank.execute(Pay { payment: PaymentId('x'), amount: 5 }).with_state(&PaymentId('x')).await;
    let done = done.map_err(|_| "paying works")?;
    assert_eq!(done.state(&PaymentId('x')).map(|payment| payment.total), Some(5));
    assert_eq!(<PaymentOfTheBank as Stream>::CATEGORY, "payment");
    let record = bank.log(0).raw().try_next().await?.ok_or("one event")?;
    assert_eq!((record.stream().as_str(), record.name()), ("payment-x", "payment.made"));
    // `derive(…)` reached the enum, and serde's own derive found the field's attribute.
    let fact = PaymentHappened::Made { amounts: vec![] };
    assert!(fact == fact.clone());
    assert_eq!(serde_json::to_string(&fact)?, r#"{"Made":{"coins":[]}}"#);
    Ok(())
}

/// A key may be any type with a text, however it is written.
#[derive(Debug, Clone, Default)]
struct Door;

mod keys {
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub(super) struct Of<T>(pub(super) T);

    impl<T: std::fmt::Display> std::fmt::Display for Of<T> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl<T: std::str::FromStr> std::str::FromStr for Of<T> {
        type Err = T::Err;

        fn from_str(text: &str) -> Result<Self, T::Err> {
            text.parse().map(Self)
        }
    }
}

#[stream(key = keys::Of<DoorId>)]
impl Door {
    #[event]
    fn slammed(&mut self) {}
}

#[test]
fn a_key_may_have_generics_of_its_own() {
    assert_eq!(foldline::StreamName::of(&keys::Of(DoorId(3))).as_str(), "door-3");
}

/// A state may be an enum, and a method may be there under a condition only.
#[derive(Debug, Clone, Default, PartialEq)]
enum Window {
    #[default]
    Shut,
    Open,
}

#[stream(key = WindowId)]
impl Window {
    #[event]
    fn opened(&mut self) {
        *self = Self::Open;
    }

    #[cfg(any())]
    #[event]
    fn broken(&mut self, by: NoSuchType) {
        let _ = by;
    }

    #[cfg(test)]
    #[event]
    fn shut(&mut self) {
        *self = Self::Shut;
    }
}

#[test]
fn conditions_go_along_to_the_variant() {
    let mut window = Window::default();
    window.apply(WindowEvent::Opened);
    assert_eq!(window, Window::Open);
    window.apply(WindowEvent::Shut);
    assert_eq!(window, Window::Shut);
    assert_eq!(WindowEvent::TYPES.len(), 2);
}

/// Raw identifiers are stored as the words they are.
#[derive(Debug, Clone, Default)]
struct Train {
    r#type: u8,
}

#[stream(key = TrainId)]
impl Train {
    #[event]
    fn r#move(&mut self, r#type: u8) {
        self.r#type = r#type;
    }
}

#[test]
fn raw_identifiers_are_stored_as_words() -> Done {
    let fact = TrainEvent::Move { r#type: 3 };
    let mut payload = Vec::new();
    fact.encode(&mut payload)?;
    assert_eq!((fact.name(), payload.as_slice()), ("train.move", &br#"{"type":3}"#[..]));
    assert_eq!(TrainEvent::decode("train.move", 1, &payload)?, fact);
    let _ = Train::default().r#type;
    Ok(())
}

#[tokio::test]
async fn two_kinds_of_stream_under_one_category_are_told_apart() -> Done {
    #[derive(Debug, Clone, Default)]
    struct Other;
    number_key!(OtherId);
    #[stream(key = OtherId, name = "lamp")]
    impl Other {
        #[event]
        fn happened(&mut self) {}
    }
    assert_eq!(<<OtherId as StreamKey>::State as Stream>::CATEGORY, "lamp");
    let store = MemoryStore::new();
    let house = Executor::new(store.clone());
    house.execute(Switch { lamp: LampId(1) }).await.map_err(|_| "switching works")?;
    let wrong = house.load(&OtherId(1)).await;
    assert!(matches!(wrong, Err(StoreError::Undecodable { position: 1, .. })), "{wrong:?}");
    assert_eq!(store.head().await?, 1);
    Ok(())
}
