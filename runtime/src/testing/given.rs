//! What has happened, and what is asked then.

use std::{convert::Infallible, panic::resume_unwind, sync::Arc};

use super::{
    diff::{diff, fail},
    then::{Refusal, When},
};
use crate::{
    command::{Command, Entries, Job, Pause, Step, Typed, Verdict},
    error::{ExecuteError, StoreError},
    event::Event,
    handle::Recording,
    id::CommitId,
    key::stream_of,
    limits,
    metadata::Metadata,
    recorded::{CommitInfo, Place, RawEvent},
    store::NewEvent,
    stream::{Stream, StreamKey, StreamName},
    time::Timestamp,
};

/// Begins a test of a command: nothing has happened yet.
///
/// ```ignore
/// given()
///     .stream(&ada, [opened("Ada"), deposited(50)])
///     .stream(&bob, [opened("Bob")])
///     .when(Transfer { from: ada.clone(), to: bob.clone(), amount: money(20) })
///     .then(&ada, [AccountEvent::Withdrawn { amount: money(20) }])
///     .then(&bob, [AccountEvent::Deposited { amount: money(20) }])
///     .and_nothing_else();
/// ```
///
/// It needs no store, no runtime and no clock. Every event is encoded and decoded on its way, as it will be in a store.
pub fn given() -> Given {
    Given { events: Vec::new() }
}

/// What has happened before a command. Tell more with [`stream`](Self::stream), then ask with [`when`](Self::when).
#[derive(Debug, Clone)]
#[must_use = "nothing is tested until `.when(command)` asks, and an expectation behind it is met"]
pub struct Given {
    events: Vec<RawEvent>,
}

impl Given {
    /// These events have happened on the stream of `key`, behind those given before.
    ///
    /// # Panics
    /// When the key can name no stream, or an event does not survive storage.
    #[track_caller]
    pub fn stream<K: StreamKey>(
        mut self,
        key: &K,
        events: impl IntoIterator<Item = <K::State as Stream>::Event>,
    ) -> Self {
        // Not `unwrap_or_else`: a closure would hide the caller's line.
        let stream = match stream_of(key) {
            Ok(stream) => stream,
            Err(error) => fail(&error.to_string()),
        };
        for event in events {
            let stored = store(&stream, &event);
            let new = NewEvent {
                stream: 0,
                name: event.name(),
                schema_version: event.schema_version(),
                payload: 0..stored.len(),
            };
            let raw = append(&self.events, &stream, &new, &stored, 1);
            self.events.push(survive(raw, &event));
        }
        self
    }

    /// Asks: what does this command decide?
    ///
    /// A panic in `decide` or in a fold goes through.
    pub fn when<C: Command>(self, command: C) -> When<C> {
        let mut job = Typed::new(command);
        let mut entries = Entries::default();
        let mut rounds = 0;
        let outcome = loop {
            match job.step(&mut entries, None) {
                Step::Paused(Pause::Load) if rounds <= limits::HOPS => {
                    rounds += 1;
                    if let Err(error) = self.load(&mut entries) {
                        break Err(Refusal::Other(error.into()));
                    }
                }
                Step::Paused(pause) => break Err(refused(pause, &entries, &mut job)),
                Step::Decided(decision) => {
                    break self.decided(decision.verdict, decision.recording, &entries, &mut job);
                }
            }
        };
        When::new(outcome)
    }

    /// Folds what has happened on the streams that the command asks for.
    fn load(&self, entries: &mut Entries) -> Result<(), StoreError> {
        for entry in entries.unread() {
            let past: Vec<RawEvent> =
                self.events.iter().filter(|event| *event.stream() == entry.name).cloned().collect();
            if let Some(state) = entry.state.take() {
                entry.state = Some((entry.shape.fold)(state, &entry.name, &past)?);
            }
            (entry.version, entry.last) = (past.len() as u64, past.last().map(RawEvent::commit));
            entry.loaded = true;
        }
        Ok(())
    }

    fn decided<C: Command>(
        &self,
        verdict: Verdict,
        recording: Recording,
        entries: &Entries,
        job: &mut Typed<C>,
    ) -> Result<Vec<RawEvent>, Refusal<C::Error>> {
        if let Some(panic) = job.panic.take() {
            resume_unwind(panic);
        }
        let name = |index| entries.get(index).map_or_else(|| StreamName::from("?"), |entry| entry.name.clone());
        if let Some(fault) = recording.fault {
            let (stream, event, source) = (name(fault.stream), fault.event, fault.source);
            return Err(Refusal::Other(ExecuteError::Encode { stream, event, source }));
        }
        match (verdict, job.rejection.take()) {
            (Verdict::Rejected, Some(error)) => Err(Refusal::Rejected(error)),
            _ => {
                let mut events = self.events.clone();
                for new in &recording.events {
                    let payload = recording.payloads.get(new.payload.clone()).unwrap_or_default();
                    events.push(append(&events, &name(new.stream), new, payload, 2));
                }
                Ok(events.split_off(self.events.len()))
            }
        }
    }
}

/// Why the command cannot decide, in the words of an executor.
fn refused<C: Command>(pause: Pause, entries: &Entries, job: &mut Typed<C>) -> Refusal<C::Error> {
    let mut not_as_it_must_be = |index, refusal: fn(StreamName) -> ExecuteError<Infallible>| {
        let Some(entry) = entries.get(index) else { return Refusal::Other(ExecuteError::TooManyHops) };
        let otherwise = if job.otherwise(entry.field) { job.rejection.take() } else { None };
        otherwise.map_or_else(|| Refusal::Other(refusal(entry.name.clone())), Refusal::Rejected)
    };
    match pause {
        Pause::NotFound(index) => not_as_it_must_be(index, |stream| ExecuteError::NotFound { stream }),
        Pause::AlreadyExists(index) => not_as_it_must_be(index, |stream| ExecuteError::AlreadyExists { stream }),
        Pause::SameStream { stream, fields } => Refusal::Other(ExecuteError::SameStream { stream, fields }),
        Pause::Load | Pause::TooManyHops => Refusal::Other(ExecuteError::TooManyHops),
        Pause::Fault(error) => Refusal::Other(error.into()),
    }
}

/// The next event of the log.
fn append(log: &[RawEvent], stream: &StreamName, new: &NewEvent, payload: &[u8], commit: u128) -> RawEvent {
    let version = log.iter().filter(|event| event.stream() == stream).count() as u64 + 1;
    let place = Place { position: log.len() as u64 + 1, version };
    // No clock: the tested command is the second commit there ever was, in the first instant of time.
    let info = CommitInfo::new(CommitId::from_u128(commit), Timestamp::from_micros(0), Metadata::default());
    let payload = payload.to_vec().into();
    RawEvent::new(place, stream.clone(), new.name.into(), new.schema_version, payload, Arc::new(info))
}

#[track_caller]
fn store<E: Event>(stream: &StreamName, event: &E) -> Vec<u8> {
    let mut payload = Vec::new();
    if let Err(error) = event.encode(&mut payload) {
        fail(&format!("the given event `{}` on `{stream}` cannot be stored: {error}\n\n{event:#?}", event.name()));
    }
    payload
}

/// A test that stands on an event which no store would give back proves nothing.
#[track_caller]
fn survive<E: Event>(raw: RawEvent, event: &E) -> RawEvent {
    let what = format!(
        "the given event `{}` on `{}` does not survive storage as {}",
        raw.name(),
        raw.stream(),
        String::from_utf8_lossy(raw.payload())
    );
    match E::decode(raw.name(), raw.schema_version(), raw.payload()) {
        Ok(back) if back == *event => raw,
        Ok(back) => fail(&format!("{what}: another comes back\n{}", diff(event, &back))),
        Err(error) => fail(&format!("{what}: {error}\n\n{event:#?}")),
    }
}
