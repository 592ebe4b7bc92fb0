//! One execution as a state machine: it says what to do next, and is told how that went. It has no runtime, no clock and no
//! store, so that every course an execution can take is tested by going through it.

use std::{borrow::Cow, convert::Infallible, sync::Arc, time::Duration};

use smallvec::SmallVec;

use super::options::Options;
use crate::{
    command::{Entries, Job, Pause, Shelf, Step, Verdict},
    error::{ExecuteError, StoreError},
    handle::{Recording, Returned},
    id::CommitId,
    limits,
    store::{Commit, Expectation, IdempotencyKey, Outcome, Receipt, Refusal},
    stream::StreamName,
};

/// Why an execution ended without a commit. What only the command's own type can hold waits in the job.
#[derive(Debug)]
pub(super) enum Failure {
    Rejected,
    Panicked,
    Other(ExecuteError<Infallible>),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Other(ExecuteError::Store(error))
    }
}

/// What is to be done next.
#[derive(Debug)]
pub(super) enum Effect {
    /// Lock the declared streams, and read what is not known of them.
    Open,
    /// Find out where these streams end; each is thought to be at the version beside it.
    FindEnds(Vec<(StreamName, u64)>),
    /// Hand [the commit](Machine::commit) over, leave the states in their slots, and wait for its end.
    Submit,
    /// Wait a while with nothing locked.
    Pause(Duration),
    /// Answer.
    Answer(Result<Answer, Failure>),
}

/// What an execution came to.
#[derive(Debug)]
pub(super) enum Answer {
    Committed(Receipt),
    /// The first outcome of its idempotency key.
    Replayed(Receipt),
}

/// How it went.
#[derive(Debug)]
pub(super) enum Reply {
    /// Begin, or go on after a pause.
    Go,
    Opened,
    Ends(Vec<Expectation>),
    /// Something that the states stood on came to nothing before this could be handed over.
    Overtaken,
    Settled(Outcome),
    /// The store could not open, find the ends or take a commit; or the commit is none that any store takes.
    Failed(StoreError),
}

/// What an attempt came to in its own eyes. It is answered once the store has confirmed what it saw.
enum Conclusion {
    Accepted,
    Refused(Failure),
}

pub(super) struct Machine<'a> {
    job: &'a mut dyn Job,
    options: &'a Options,
    shelf: Option<&'a dyn Shelf>,
    pub(super) entries: Entries,
    conclusion: Conclusion,
    recording: Recording,
    expectations: Vec<Expectation>,
    /// How often the store was asked and the command's own view was stale, or a fault came between.
    attempts: u32,
    /// How many of them somebody else was faster than.
    pub(super) conflicts: u32,
    /// How often this attempt has paused for streams.
    rounds: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(job: &'a mut dyn Job, options: &'a Options, shelf: Option<&'a dyn Shelf>) -> Self {
        Self {
            job,
            options,
            shelf,
            entries: Entries::default(),
            conclusion: Conclusion::Accepted,
            recording: Recording::default(),
            expectations: Vec::new(),
            attempts: 0,
            conflicts: 0,
            rounds: 0,
        }
    }

    /// Whether it has lost often enough to stop building on what is not durable, and to let nobody pass.
    pub(super) fn is_wary(&self) -> bool {
        self.attempts >= 2
    }

    pub(super) fn next(&mut self, reply: Reply) -> Effect {
        match reply {
            Reply::Go | Reply::Opened => self.step(),
            Reply::Ends(ends) => self.conclude_at(ends),
            Reply::Overtaken => {
                self.forget();
                self.step()
            }
            Reply::Settled(outcome) => self.settled(outcome),
            Reply::Failed(error) => self.failed(error),
        }
    }

    fn step(&mut self) -> Effect {
        match self.job.step(&mut self.entries, self.shelf) {
            // A command that names other streams each time it is asked would be read for ever.
            Step::Paused(Pause::Load) if self.rounds <= 2 * limits::HOPS => {
                self.rounds += 1;
                Effect::Open
            }
            Step::Paused(pause) => match self.refusal(pause) {
                // What follows from nothing that was read needs no proof.
                failure if failure.is_final(&self.entries) => Effect::Answer(Err(failure.failure)),
                failure => self.conclude(Conclusion::Refused(failure.failure)),
            },
            Step::Decided(decision) => {
                self.recording = decision.recording;
                let conclusion = self.verdict(decision.verdict);
                self.conclude(conclusion)
            }
        }
    }

    fn verdict(&mut self, verdict: Verdict) -> Conclusion {
        match (verdict, self.recording.fault.take()) {
            (Verdict::Panicked, _) => Conclusion::Refused(Failure::Panicked),
            (_, Some(fault)) => {
                // The fold has seen what the log will not: its states are of no use.
                self.recording.states.clear();
                let stream = self.entries.get(fault.stream).map_or_else(|| "?".into(), |entry| entry.name.clone());
                let (event, source) = (fault.event, fault.source);
                Conclusion::Refused(Failure::Other(ExecuteError::Encode { stream, event, source }))
            }
            (Verdict::Rejected, None) => Conclusion::Refused(Failure::Rejected),
            (Verdict::Accepted, None) => Conclusion::Accepted,
        }
    }

    /// What a command that cannot decide is told.
    fn refusal(&mut self, pause: Pause) -> Refused {
        let looked_at = |failure| Refused { failure, from_what_was_read: true };
        let Refused { failure, from_what_was_read } = match pause {
            Pause::NotFound(index) => return looked_at(self.not_as_it_must_be(index, Must::Exist)),
            Pause::AlreadyExists(index) => return looked_at(self.not_as_it_must_be(index, Must::BeNew)),
            Pause::SameStream { stream, fields } => {
                Refused::from(Failure::Other(ExecuteError::SameStream { stream, fields }))
            }
            Pause::TooManyHops | Pause::Load => looked_at(Failure::Other(ExecuteError::TooManyHops)),
            Pause::Fault(error) => Refused::from(Failure::from(error)),
        };
        Refused { failure, from_what_was_read }
    }

    fn not_as_it_must_be(&mut self, index: usize, must: Must) -> Failure {
        let Some(entry) = self.entries.get(index) else { return Failure::Other(ExecuteError::TooManyHops) };
        if self.job.otherwise(entry.field) {
            return Failure::Rejected;
        }
        let stream = entry.name.clone();
        Failure::Other(match must {
            Must::Exist => ExecuteError::NotFound { stream },
            Must::BeNew => ExecuteError::AlreadyExists { stream },
        })
    }

    fn conclude(&mut self, conclusion: Conclusion) -> Effect {
        self.conclusion = conclusion;
        self.expectations = self.entries.expectations();
        let opened = |stream: &StreamName| self.expectations.iter().any(|seen| seen.stream == *stream);
        let others: Vec<_> = self.options.expected.iter().filter(|(stream, _)| !opened(stream)).cloned().collect();
        if others.is_empty() { self.conclude_at(Vec::new()) } else { Effect::FindEnds(others) }
    }

    /// Adds what `.if_version(…)` expects: of a stream that the command opened, as it was seen there.
    fn conclude_at(&mut self, ends: Vec<Expectation>) -> Effect {
        self.expectations.extend(ends);
        for (stream, expected) in &self.options.expected {
            let seen = self.expectations.iter().find(|seen| seen.stream == *stream);
            let actual = seen.map_or(0, |seen| seen.seen.version());
            if actual != *expected {
                let (stream, expected) = (stream.clone(), *expected);
                let mismatch = ExecuteError::VersionMismatch { stream, expected, actual };
                self.conclusion = Conclusion::Refused(Failure::Other(mismatch));
                break;
            }
        }
        Effect::Submit
    }

    /// The commit that settles a conclusion: its events, or the proof that what it saw is the truth.
    pub(super) fn commit(&mut self) -> Result<Commit, StoreError> {
        let mut commit = Commit::new(CommitId::fresh(), std::mem::take(&mut self.expectations));
        if let Some(key) = &self.options.key {
            let fingerprint = self.job.fingerprint(&self.entries).as_u128();
            commit = commit.with_key(IdempotencyKey { key: Arc::clone(key), fingerprint })?;
        }
        match self.conclusion {
            Conclusion::Refused(_) => Ok(commit.proof()),
            Conclusion::Accepted => {
                let recording = &mut self.recording;
                let events = std::mem::take(&mut recording.events);
                let payloads = std::mem::take(&mut recording.payloads);
                let mut metadata = self.options.metadata.clone();
                metadata.command = Some(Cow::Borrowed(self.job.name()));
                // Boxed, they keep no room to grow: a store in memory keeps them as they are.
                commit.with_metadata(metadata).with_events(events, payloads.into_boxed_slice())
            }
        }
    }

    /// The states that the decision left, once it is handed over.
    pub(super) fn left(&mut self) -> SmallVec<[Returned; 2]> {
        std::mem::take(&mut self.recording.states)
    }

    fn settled(&mut self, outcome: Outcome) -> Effect {
        match outcome {
            Outcome::Committed(receipt) => match std::mem::replace(&mut self.conclusion, Conclusion::Accepted) {
                Conclusion::Accepted => Effect::Answer(Ok(Answer::Committed(receipt))),
                Conclusion::Refused(failure) => Effect::Answer(Err(failure)),
            },
            Outcome::Refused(Refusal::KeyTaken { fingerprint, first }) => {
                if fingerprint == self.job.fingerprint(&self.entries).as_u128() {
                    return Effect::Answer(Ok(Answer::Replayed(first)));
                }
                let key = self.options.key.as_deref().unwrap_or_default().to_owned();
                let reused = ExecuteError::KeyReused { key, commit: first.id };
                Effect::Answer(Err(Failure::Other(reused)))
            }
            Outcome::Refused(Refusal::Stale { stream, actual }) => self.stale(stream, actual),
            Outcome::Failed(error) => self.failed(error),
            Outcome::Unknown(error) => Effect::Answer(Err(error.into())),
        }
    }

    /// A stream was not as it was seen. A `new` one that the store itself saw to have events is answered; any other is
    /// a reason to look again, and so is a followed one: what led to it may have changed as well.
    fn stale(&mut self, stream: StreamName, actual: Option<u64>) -> Effect {
        match self.entries.find(&stream) {
            Some((index, entry))
                if entry.access.is_new() && entry.hop == 0 && actual.is_some_and(|version| version > 0) =>
            {
                Effect::Answer(Err(self.not_as_it_must_be(index, Must::BeNew)))
            }
            // Not its own view, but what that stood on, came to nothing: a neighbour's failure is no attempt.
            _ if actual.is_none() => {
                self.forget();
                Effect::Pause(Duration::ZERO)
            }
            _ => {
                self.conflicts += 1;
                self.again(ExecuteError::Conflict { attempts: self.attempts + 1, stream })
            }
        }
    }

    fn failed(&mut self, error: StoreError) -> Effect {
        if error.is_transient() {
            return self.again(ExecuteError::Store(error));
        }
        Effect::Answer(Err(error.into()))
    }

    /// Another attempt, if there is one left.
    fn again(&mut self, otherwise: ExecuteError<Infallible>) -> Effect {
        self.attempts += 1;
        if self.attempts > self.options.retry.retries {
            return Effect::Answer(Err(Failure::Other(otherwise)));
        }
        self.entries.read_new = true;
        self.forget();
        // A first conflict says only that the view was old. To look again is all that helps, and nobody is in the way.
        let at_once = self.attempts == 1 && matches!(otherwise, ExecuteError::Conflict { .. });
        Effect::Pause(if at_once { Duration::ZERO } else { self.options.retry.pause(self.attempts) })
    }

    fn forget(&mut self) {
        self.entries.truncate(0);
        self.recording = Recording::default();
        self.rounds = 0;
    }
}

/// What a stream must be.
#[derive(Clone, Copy)]
enum Must {
    Exist,
    BeNew,
}

/// A refusal before `decide`, and whether it follows from something that was read.
struct Refused {
    failure: Failure,
    from_what_was_read: bool,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { failure, from_what_was_read: false }
    }
}

impl Refused {
    fn is_final(&self, entries: &Entries) -> bool {
        !self.from_what_was_read && !entries.follows()
    }
}

#[cfg(test)]
mod tests;
