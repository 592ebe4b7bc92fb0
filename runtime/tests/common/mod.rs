//! A small domain, written by hand: tallies that numbers are added to, and commands of every kind on them.

#![allow(dead_code, clippy::panic, reason = "each test file uses its own part; and some folds panic")]

pub(crate) mod commands;

use std::{fmt, str::FromStr};

use foldline_runtime::{DecodeError, EncodeError, Event, EventType, Stream, StreamKey, decode_fields, encode_fields};
use serde::{Deserialize, Serialize};

/// Names one tally. What holds a `~` does not parse back, a `^` is not printed, and what holds a `!` is not printed at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(pub(crate) String);

pub(crate) fn name(text: &str) -> Name {
    Name(text.to_owned())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains('!') { Err(fmt::Error) } else { f.write_str(&self.0.replace('^', "")) }
    }
}

impl FromStr for Name {
    type Err = fmt::Error;

    fn from_str(text: &str) -> Result<Self, fmt::Error> {
        Ok(Self(text.replace('~', "")))
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) total: i64,
    pub(crate) notes: Vec<String>,
    /// Another tally, for commands that follow.
    pub(crate) next: Option<Name>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum TallyEvent {
    Added {
        n: i64,
    },
    Noted {
        text: String,
    },
    Led {
        to: String,
    },
    /// Its fold panics.
    Exploded,
    /// It cannot be encoded.
    Unstorable,
    /// It is written as it cannot be read.
    Unreadable,
    /// It is read back as another.
    Garbled {
        n: i64,
    },
    /// What JSON has no words for.
    Measured(Measure),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) exact: f64,
    pub(crate) maybe: Option<f64>,
    pub(crate) more: serde_json::Value,
}

#[derive(Serialize, Deserialize)]
struct Number {
    n: i64,
}

#[derive(Serialize, Deserialize)]
struct Text {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

impl Event for TallyEvent {
    const TYPES: &'static [EventType] = &[
        EventType::new("tally.added"),
        EventType::new("tally.noted").version(2),
        EventType::new("tally.led"),
        EventType::new("tally.exploded"),
        EventType::new("tally.unstorable"),
        EventType::new("tally.garbled"),
        EventType::new("tally.unreadable"),
        EventType::new("tally.measured"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "tally.added",
            Self::Noted { .. } => "tally.noted",
            Self::Led { .. } => "tally.led",
            Self::Exploded => "tally.exploded",
            Self::Unstorable => "tally.unstorable",
            Self::Garbled { .. } => "tally.garbled",
            Self::Unreadable => "tally.unreadable",
            Self::Measured(_) => "tally.measured",
        }
    }

    fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Added { n } | Self::Garbled { n } => encode_fields(&Number { n: *n }, payload),
            Self::Noted { text } | Self::Led { to: text } => encode_fields(&Text { text: text.clone() }, payload),
            Self::Unreadable => encode_fields(&Number { n: 0 }, payload),
            Self::Exploded => encode_fields(&Nothing {}, payload),
            Self::Measured(measure) => encode_fields(measure, payload),
            Self::Unstorable => Err(EncodeError::new("a tally has its limits")),
        }
    }

    fn decode(name: &str, version: u32, payload: &[u8]) -> Result<Self, DecodeError> {
        match Self::check(name, version)?.name {
            "tally.added" => decode_fields(payload).map(|Number { n }| Self::Added { n }),
            "tally.garbled" => decode_fields(payload).map(|Number { n }| Self::Garbled { n: n + 1 }),
            "tally.unreadable" => decode_fields(payload).map(|Text { text }| Self::Noted { text }),
            "tally.noted" => decode_fields(payload).map(|Text { text }| Self::Noted { text }),
            "tally.led" => decode_fields(payload).map(|Text { text }| Self::Led { to: text }),
            "tally.measured" => decode_fields(payload).map(Self::Measured),
            _ => decode_fields(payload).map(|Nothing {}| Self::Exploded),
        }
    }
}

impl Stream for Tally {
    type Key = Name;
    type Event = TallyEvent;
    const CATEGORY: &'static str = "tally";

    fn initial() -> Self {
        Self::default()
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn apply(&mut self, event: TallyEvent) {
        match event {
            TallyEvent::Added { n } | TallyEvent::Garbled { n } => self.total += n,
            TallyEvent::Noted { text } => self.notes.push(text),
            TallyEvent::Led { to } => self.next = Some(Name(to)),
            TallyEvent::Exploded => panic!("the fold exploded"),
            TallyEvent::Unstorable | TallyEvent::Unreadable | TallyEvent::Measured(_) => {}
        }
    }
}

impl StreamKey for Name {
    type State = Tally;
}

pub(crate) fn added(n: i64) -> TallyEvent {
    TallyEvent::Added { n }
}

pub(crate) fn noted(text: &str) -> TallyEvent {
    TallyEvent::Noted { text: text.to_owned() }
}

pub(crate) fn led(to: &str) -> TallyEvent {
    TallyEvent::Led { to: to.to_owned() }
}
