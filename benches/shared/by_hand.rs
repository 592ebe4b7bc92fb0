//! The account of the benches without macros: what a person would write for speed, to hold the generated code against.

use std::{convert::Infallible, fmt, str::FromStr};

use foldline::{
    DecodeError, EncodeError, Event, EventField, EventType, Stream, StreamKey, decode_fields, encode_fields,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub String);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl StreamKey for AccountId {
    type State = Account;
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    pub owner: String,
    pub balance: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AccountEvent {
    Opened { owner: String },
    Deposited { amount: u64 },
    Withdrawn { amount: u64 },
}

impl Stream for Account {
    type Key = AccountId;
    type Event = AccountEvent;
    const CATEGORY: &'static str = "account";

    fn initial() -> Self {
        Self::default()
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { owner } => self.owner = owner,
            AccountEvent::Deposited { amount } => self.balance += amount,
            AccountEvent::Withdrawn { amount } => self.balance -= amount,
        }
    }
}

/// The fields of each fact, as they are stored. Borrowed for writing, owned for reading.
#[derive(Serialize)]
struct OpenedRef<'a> {
    owner: &'a str,
}

#[derive(Deserialize)]
struct Opened {
    owner: String,
}

#[derive(Serialize, Deserialize)]
struct Moved {
    amount: u64,
}

impl Event for AccountEvent {
    const TYPES: &'static [EventType] = &[
        EventType::new("account.opened").fields(&[EventField::new("owner", "String")]),
        EventType::new("account.deposited").fields(&[EventField::new("amount", "u64")]),
        EventType::new("account.withdrawn").fields(&[EventField::new("amount", "u64")]),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "account.opened",
            Self::Deposited { .. } => "account.deposited",
            Self::Withdrawn { .. } => "account.withdrawn",
        }
    }

    fn schema_version(&self) -> u32 {
        1
    }

    fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Opened { owner } => encode_fields(&OpenedRef { owner }, payload),
            Self::Deposited { amount } | Self::Withdrawn { amount } => {
                encode_fields(&Moved { amount: *amount }, payload)
            }
        }
    }

    fn decode(name: &str, version: u32, payload: &[u8]) -> Result<Self, DecodeError> {
        match Self::check(name, version)?.name {
            "account.opened" => decode_fields(payload).map(|Opened { owner }| Self::Opened { owner }),
            "account.deposited" => decode_fields(payload).map(|Moved { amount }| Self::Deposited { amount }),
            _ => decode_fields(payload).map(|Moved { amount }| Self::Withdrawn { amount }),
        }
    }
}

/// The same facts in the generated type's words.
impl From<super::AccountEvent> for AccountEvent {
    fn from(event: super::AccountEvent) -> Self {
        match event {
            super::AccountEvent::Opened { owner } => Self::Opened { owner },
            super::AccountEvent::Deposited { amount } => Self::Deposited { amount },
            super::AccountEvent::Withdrawn { amount } => Self::Withdrawn { amount },
        }
    }
}
