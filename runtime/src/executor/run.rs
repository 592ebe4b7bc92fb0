//! One execution from start to end: load, decide, submit, and again when others were faster.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, timeout_at};

use super::{
    committed::Committed,
    load::{end_of, fold, load_unread},
    options::{Copy, Options},
};
use crate::{
    command::{Entries, Job, Pause, Step, Verdict},
    error::{ExecuteError, StoreError},
    handle::Recording,
    id::CommitId,
    limits,
    store::{AnyStore, Commit, Expectation, IdempotencyKey, Outcome, Receipt, Refusal, Store, StreamRead},
    stream::StreamName,
};

/// Why an execution ended without a commit. What only the command's own type can hold waits in the job.
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

/// How one attempt ended, if not with an answer.
enum Setback {
    /// A stream was not as it was seen.
    Stale(StreamName),
    /// A fault that may pass.
    Fault(StoreError),
    Final(Failure),
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Self {
        if error.is_transient() { Self::Fault(error) } else { Self::Final(error.into()) }
    }
}

/// What an attempt came to in its own eyes. It is answered once the store has confirmed what it saw.
enum Conclusion {
    Accepted(Recording),
    Refused(Failure),
}

pub(super) struct Run<'a> {
    store: &'a AnyStore,
    options: &'a Options,
    deadline: Option<Instant>,
    entries: Entries,
}

impl<'a> Run<'a> {
    pub(super) fn new(store: &'a AnyStore, options: &'a Options) -> Self {
        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { store, options, deadline, entries: Entries::default() }
    }

    pub(super) async fn execute(mut self, job: &mut dyn Job) -> Result<Committed, Failure> {
        self.options.metadata.check()?;
        let mut attempts = 0;
        loop {
            let setback = match self.attempt(job).await {
                Ok(committed) => return Ok(committed),
                Err(setback) => setback,
            };
            attempts += 1;
            let out_of_retries = attempts > self.options.retry.retries;
            match setback {
                Setback::Final(failure) => return Err(failure),
                Setback::Stale(stream) if out_of_retries => {
                    return Err(Failure::Other(ExecuteError::Conflict { attempts, stream }));
                }
                Setback::Fault(error) if out_of_retries => return Err(error.into()),
                Setback::Stale(_) | Setback::Fault(_) => {}
            }
            self.entries.forget();
            self.within(None, sleep(self.options.retry.pause(attempts))).await?;
        }
    }

    async fn attempt(&mut self, job: &mut dyn Job) -> Result<Committed, Setback> {
        let store = self.store;
        let mut rounds = 0;
        let mut conclusion = loop {
            match job.step(&mut self.entries) {
                // A command that names other streams each time it is asked would be read for ever.
                Step::Paused(Pause::Load) if rounds <= limits::HOPS => {
                    rounds += 1;
                    let (deadline, after) = (self.deadline, self.options.timeout);
                    within(deadline, after, None, load_unread(store, &mut self.entries)).await??;
                }
                Step::Paused(pause) => break Conclusion::Refused(self.refusal(pause, job)?),
                Step::Decided(decision) => break self.conclusion(decision.verdict, decision.recording),
            }
        };
        let mut expectations = self.entries.expectations();
        self.check_versions(&mut expectations, &mut conclusion).await?;
        let commit = self.commit(job, expectations, &mut conclusion)?;

        let id = commit.id();
        let place = self.within(None, store.reserve()).await??;
        let ticket = store.submit(place, commit);
        match self.within(Some(id), ticket.outcome()).await? {
            Outcome::Committed(receipt) => self.answer(receipt, conclusion).map_err(Setback::Final),
            Outcome::Refused(Refusal::Stale { stream, actual }) => Err(self.stale(stream, actual, job)),
            Outcome::Refused(Refusal::KeyTaken { fingerprint, first }) => {
                if fingerprint == job.fingerprint(&self.entries).as_u128() {
                    Ok(self.replay(first).await?)
                } else {
                    let key = self.options.key.as_deref().unwrap_or_default().to_owned();
                    Err(Setback::Final(Failure::Other(ExecuteError::KeyReused { key, commit: first.id })))
                }
            }
            Outcome::Failed(error) => Err(error.into()),
            Outcome::Unknown(error) => {
                let error = StoreError::Unknown { commit: id, source: Arc::new(error) };
                Err(Setback::Final(error.into()))
            }
        }
    }

    fn conclusion(&self, verdict: Verdict, recording: Recording) -> Conclusion {
        match (verdict, &recording.fault) {
            (Verdict::Panicked, _) => Conclusion::Refused(Failure::Panicked),
            (_, Some(fault)) => {
                let stream = self.entries.get(fault.stream).map_or_else(|| "?".into(), |entry| entry.name.clone());
                let (event, source) = (fault.event, fault.source.clone());
                Conclusion::Refused(Failure::Other(ExecuteError::Encode { stream, event, source }))
            }
            (Verdict::Rejected, None) => Conclusion::Refused(Failure::Rejected),
            (Verdict::Accepted, None) => Conclusion::Accepted(recording),
        }
    }

    /// What a command that cannot decide is told. What follows from nothing that was read needs no proof.
    fn refusal(&self, pause: Pause, job: &mut dyn Job) -> Result<Failure, Setback> {
        let failure = match pause {
            Pause::NotFound(index) => return Ok(self.not_as_it_must_be(index, job, Missing::Events)),
            Pause::AlreadyExists(index) => return Ok(self.not_as_it_must_be(index, job, Missing::Room)),
            Pause::SameStream { stream, fields } => Failure::Other(ExecuteError::SameStream { stream, fields }),
            Pause::TooManyHops | Pause::Load => Failure::Other(ExecuteError::TooManyHops),
            Pause::Fault(error) => error.into(),
        };
        if self.entries.follows() { Ok(failure) } else { Err(Setback::Final(failure)) }
    }

    fn not_as_it_must_be(&self, index: usize, job: &mut dyn Job, missing: Missing) -> Failure {
        let Some(entry) = self.entries.get(index) else { return Failure::Other(ExecuteError::TooManyHops) };
        if job.otherwise(entry.field) {
            return Failure::Rejected;
        }
        let stream = entry.name.clone();
        Failure::Other(match missing {
            Missing::Events => ExecuteError::NotFound { stream },
            Missing::Room => ExecuteError::AlreadyExists { stream },
        })
    }

    /// Adds what `.if_version(…)` expects. A stream that the command opens is expected as it was seen there.
    async fn check_versions(
        &mut self,
        expectations: &mut Vec<Expectation>,
        conclusion: &mut Conclusion,
    ) -> Result<(), Setback> {
        for (stream, expected) in &self.options.expected {
            let seen = match expectations.iter().find(|seen| seen.stream == *stream) {
                Some(known) => known.clone(),
                None => {
                    let end = self.within(None, end_of(self.store, stream, *expected)).await??;
                    expectations.push(end.clone());
                    end
                }
            };
            let actual = seen.seen.version();
            if actual != *expected {
                let (stream, expected) = (stream.clone(), *expected);
                let mismatch = ExecuteError::VersionMismatch { stream, expected, actual };
                *conclusion = Conclusion::Refused(Failure::Other(mismatch));
                break;
            }
        }
        Ok(())
    }

    /// The commit that settles a conclusion: its events, or the proof that what it saw is the truth.
    fn commit(
        &self,
        job: &dyn Job,
        expectations: Vec<Expectation>,
        conclusion: &mut Conclusion,
    ) -> Result<Commit, StoreError> {
        let mut commit = Commit::new(CommitId::fresh(), expectations);
        if let Some(key) = &self.options.key {
            let fingerprint = job.fingerprint(&self.entries).as_u128();
            commit = commit.with_key(IdempotencyKey { key: Arc::clone(key), fingerprint })?;
        }
        match conclusion {
            Conclusion::Refused(_) => Ok(commit.proof()),
            Conclusion::Accepted(recording) => {
                let (events, payloads) =
                    (std::mem::take(&mut recording.events), std::mem::take(&mut recording.payloads));
                let mut metadata = self.options.metadata.clone();
                metadata.command = Some(job.name().into());
                commit.with_metadata(metadata).with_events(events, payloads)
            }
        }
    }

    fn answer(&self, receipt: Receipt, conclusion: Conclusion) -> Result<Committed, Failure> {
        let mut recording = match conclusion {
            Conclusion::Accepted(recording) => recording,
            Conclusion::Refused(failure) => return Err(failure),
        };
        let mut committed = Committed::new(receipt);
        for Copy { stream, .. } in &self.options.copies {
            let Some((index, entry)) = self.entries.find(stream) else { continue };
            let written = recording.states.iter().position(|(stream, _)| *stream == index);
            let state = written.map(|at| recording.states.swap_remove(at).1).or_else(|| entry.state.clone());
            state.into_iter().for_each(|state| committed.keep(stream.clone(), state));
        }
        Ok(committed)
    }

    /// The first outcome of an idempotency key, with the states that it left.
    async fn replay(&self, first: Receipt) -> Result<Committed, Setback> {
        let mut committed = Committed::replayed_from(first.clone());
        for Copy { stream, shape, empty } in &self.options.copies {
            let Some((_, version)) = first.versions.iter().find(|(known, _)| known == stream) else { continue };
            let mut read = StreamRead::new(stream.clone());
            read.until_version = *version;
            let folded = self.within(None, fold(self.store, read, shape, Arc::clone(empty))).await??;
            committed.keep(stream.clone(), folded.state);
        }
        Ok(committed)
    }

    /// A stream was not as it was seen. A `new` one that the store itself saw to have events is answered; any other is
    /// a reason to look again.
    fn stale(&self, stream: StreamName, actual: Option<u64>, job: &mut dyn Job) -> Setback {
        match self.entries.find(&stream) {
            Some((index, entry)) if entry.access.is_new() && actual.is_some_and(|version| version > 0) => {
                Setback::Final(self.not_as_it_must_be(index, job, Missing::Room))
            }
            _ => Setback::Stale(stream),
        }
    }

    async fn within<T>(&self, commit: Option<CommitId>, work: impl Future<Output = T>) -> Result<T, Failure> {
        within(self.deadline, self.options.timeout, commit, work).await
    }
}

/// What a stream lacks that it must have.
#[derive(Clone, Copy)]
enum Missing {
    /// It must exist.
    Events,
    /// It must be new.
    Room,
}

impl From<Failure> for Setback {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

async fn within<T>(
    deadline: Option<Instant>,
    after: Option<Duration>,
    commit: Option<CommitId>,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let Some(deadline) = deadline else { return Ok(work.await) };
    timeout_at(deadline, work)
        .await
        .map_err(|_| Failure::Other(ExecuteError::Timeout { after: after.unwrap_or_default(), commit }))
}
