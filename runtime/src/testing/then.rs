//! What is expected of a command.

use std::{
    convert::Infallible,
    error::Error,
    fmt::{self, Debug},
    marker::PhantomData,
};

use super::diff::{diff, fail};
use crate::{
    command::Command,
    error::ExecuteError,
    event::Event,
    recorded::RawEvent,
    stream::{Stream, StreamKey, StreamName},
};

/// What a command decided: to be compared with what is expected of it.
#[must_use = "nothing is tested until something is expected: `.then(…)`, `.rejected(…)`, `.and_nothing_else()`"]
pub struct When<C: Command> {
    outcome: Result<Vec<RawEvent>, Refusal<C::Error>>,
}

/// Why a command was not accepted: its own reason, or one that every command has.
pub(super) enum Refusal<E> {
    Rejected(E),
    Other(ExecuteError<Infallible>),
}

/// A command that was accepted, and the streams on which its events were as expected.
#[derive(Debug)]
pub struct Then<C> {
    events: Vec<RawEvent>,
    covered: Vec<StreamName>,
    command: PhantomData<fn(C)>,
}

impl<C: Command> When<C> {
    pub(super) fn new(outcome: Result<Vec<RawEvent>, Refusal<C::Error>>) -> Self {
        Self { outcome }
    }

    /// It is rejected, with this error.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "a sentence without `&`; the error was made for it")]
    pub fn rejected(self, expected: C::Error)
    where
        C::Error: PartialEq + Debug,
    {
        match &self.outcome {
            Err(Refusal::Rejected(actual)) if *actual == expected => {}
            Err(Refusal::Rejected(actual)) => {
                fail(&format!("`{}` was rejected, but not as expected\n{}", C::NAME, diff(&expected, actual)));
            }
            _ => self.fail(&format!("rejected with {expected:?}")),
        }
    }

    /// It is rejected, with an error of which this is true: `.rejected_with(|error| matches!(error, BankError::Broke { .. }))`.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn rejected_with(self, expected: impl FnOnce(&C::Error) -> bool)
    where
        C::Error: Debug,
    {
        match &self.outcome {
            Err(Refusal::Rejected(actual)) if expected(actual) => {}
            Err(Refusal::Rejected(actual)) => {
                fail(&format!("`{}` was rejected, but not as expected: with {actual:#?}", C::NAME));
            }
            _ => self.fail("rejected"),
        }
    }

    /// It does not get to decide: the stream of `key` must have events, and has none.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn not_found<K: StreamKey>(self, key: &K)
    where
        C::Error: Debug,
    {
        let expected = StreamName::of(key);
        if !matches!(&self.outcome, Err(Refusal::Other(ExecuteError::NotFound { stream })) if *stream == expected) {
            self.fail(&format!("refused, because `{expected}` is not found"));
        }
    }

    /// It does not get to decide: the stream of `key` must be new, and has events.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn already_exists<K: StreamKey>(self, key: &K)
    where
        C::Error: Debug,
    {
        let expected = StreamName::of(key);
        if !matches!(&self.outcome, Err(Refusal::Other(ExecuteError::AlreadyExists { stream })) if *stream == expected)
        {
            self.fail(&format!("refused, because `{expected}` exists already"));
        }
    }

    /// It does not get to decide: two of its fields name one stream.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn same_stream(self)
    where
        C::Error: Debug,
    {
        if !matches!(self.outcome, Err(Refusal::Other(ExecuteError::SameStream { .. }))) {
            self.fail("refused, because two of its fields name one stream");
        }
    }

    /// It is accepted, and these are the events that it records on the stream of `key`, in order.
    ///
    /// # Panics
    /// When it is not.
    #[track_caller]
    pub fn then<K: StreamKey>(self, key: &K, expected: impl IntoIterator<Item = EventOf<K>>) -> Then<C>
    where
        C::Error: Debug,
    {
        self.accepted().then(key, expected)
    }

    /// It is accepted, and records nothing at all.
    ///
    /// # Panics
    /// When it is otherwise.
    #[track_caller]
    pub fn and_nothing_else(self)
    where
        C::Error: Debug,
    {
        self.accepted().and_nothing_else();
    }

    #[track_caller]
    fn accepted(self) -> Then<C>
    where
        C::Error: Debug,
    {
        match self.outcome {
            Ok(events) => Then { events, covered: Vec::new(), command: PhantomData },
            Err(_) => self.fail("accepted"),
        }
    }

    #[track_caller]
    fn fail(&self, expected: &str) -> !
    where
        C::Error: Debug,
    {
        let actual = match &self.outcome {
            Ok(events) if events.is_empty() => "accepted, and recorded nothing".to_owned(),
            Ok(events) => format!("accepted, and recorded\n{}", listed(events.iter())),
            Err(Refusal::Rejected(error)) => format!("rejected with {error:?}"),
            Err(Refusal::Other(error)) => format!("refused: {}", chain(error)),
        };
        fail(&format!("`{}` was expected to be {expected}\n\nit was {actual}", C::NAME))
    }
}

type EventOf<K> = <<K as StreamKey>::State as Stream>::Event;

impl<C: Command> Then<C> {
    /// And these are the events that it records on the stream of `key`, in order.
    ///
    /// # Panics
    /// When they are not.
    #[track_caller]
    pub fn then<K: StreamKey>(mut self, key: &K, expected: impl IntoIterator<Item = EventOf<K>>) -> Self {
        let stream = StreamName::of(key);
        let expected: Vec<_> = expected.into_iter().collect();
        let recorded = self.events.iter().filter(|event| *event.stream() == stream);
        let actual = match recorded.map(decode).collect::<Result<Vec<EventOf<K>>, _>>() {
            Ok(actual) => actual,
            Err(message) => fail(&message),
        };
        if actual != expected {
            fail(&format!(
                "the events that `{}` recorded on `{stream}` are not as expected\n{}",
                C::NAME,
                diff(&expected, &actual)
            ));
        }
        self.covered.push(stream);
        self
    }

    /// And it records nothing on any other stream.
    ///
    /// # Panics
    /// When it does.
    #[track_caller]
    pub fn and_nothing_else(self) {
        let mut others = self.events.iter().filter(|event| !self.covered.contains(event.stream())).peekable();
        if others.peek().is_some() {
            fail(&format!("`{}` recorded on streams that no `then` speaks of\n{}", C::NAME, listed(others)));
        }
    }
}

/// What was recorded, as it would be read again.
fn decode<E: Event>(event: &RawEvent) -> Result<E, String> {
    E::decode(event.name(), event.schema_version(), event.payload()).map_err(|error| {
        let line = listed(std::iter::once(event));
        format!("the recorded event `{}` does not survive storage: {error}\n{line}", event.name())
    })
}

/// Events of streams whose types nobody named: as they are stored.
fn listed<'a>(events: impl Iterator<Item = &'a RawEvent>) -> String {
    let line = |event: &RawEvent| {
        format!("\n  {}: {} {}", event.stream(), event.name(), String::from_utf8_lossy(event.payload()))
    };
    events.map(line).collect()
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

impl<C: Command> Debug for When<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When").field("command", &C::NAME).finish_non_exhaustive()
    }
}
