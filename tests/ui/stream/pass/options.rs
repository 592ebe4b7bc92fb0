//! Every option of the block, the event and the argument, as it is stored.

use std::collections::BTreeMap;

use foldline::{Event as _, Stream as _, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
pub struct Account {
    balance: u64,
}

#[stream(
    key = AccountId,
    name = "konto",
    events = Happening,
    facts = Happens,
    vis = "pub",
    derive(Eq, serde::Serialize, serde::Deserialize)
)]
impl Account {
    /// Money came in.
    #[event(name = "konto.credited", was("konto.deposited", "konto.paid_in"), version = 2)]
    fn credited(&mut self, #[serde(rename = "cents")] amount: u64, #[serde(default)] _reason: Option<String>) {
        self.balance += amount;
    }

    #[event]
    fn noted(
        &mut self,
        #[serde(flatten)] _notes: BTreeMap<String, u64>,
        #[serde(with = "text")] _at: std::time::Duration,
    ) {
    }

    #[event]
    fn closed(&mut self) {
        self.balance = 0;
    }

    fn is_empty(&self) -> bool {
        self.balance == 0
    }
}

/// A type that serde cannot store by itself.
mod text {
    use std::time::Duration;

    pub fn serialize<S: serde::Serializer>(at: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(at.as_secs())
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Duration::from_secs)
    }
}

fn stored(event: &Happening) -> String {
    let mut payload = Vec::new();
    event.encode(&mut payload).unwrap();
    assert_eq!(Happening::decode(event.name(), event.schema_version(), &payload).unwrap(), *event);
    format!("{} {} {}", event.name(), event.schema_version(), String::from_utf8(payload).unwrap())
}

fn main() {
    assert_eq!(Account::CATEGORY, "konto");
    let credited = Happening::Credited { amount: 5, reason: None };
    assert_eq!(stored(&credited), r#"konto.credited 2 {"cents":5,"reason":null}"#);
    assert_eq!(Happening::decode("konto.paid_in", 1, br#"{"cents":5}"#).unwrap(), credited);
    assert!(Happening::decode("konto.paid_in", 3, br#"{"cents":5}"#).is_err());
    let noted = Happening::Noted { notes: BTreeMap::from([("a".into(), 1)]), at: std::time::Duration::from_secs(7) };
    assert_eq!(stored(&noted), r#"konto.noted 1 {"a":1,"at":7}"#);
    assert_eq!(stored(&Happening::Closed), "konto.closed 1 {}");
    assert_eq!(Happening::TYPES[0].docs, "Money came in.");
    let mut account = Account::default();
    account.apply(credited);
    assert!(!account.is_empty());
    fn happens<T: Happens>() {}
    happens::<StreamMut<Account>>();
}
