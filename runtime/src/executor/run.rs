//! One execution: does what the [machine](super::machine) says, and tells it how that went.

use std::{pin::pin, sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    Executor,
    committed::Committed,
    lanes::Lanes,
    load::{end_of, fold},
    machine::{Answer, Effect, Failure, Machine, Reply},
    options::{Copy, Options},
    patience::Patience,
    watched::{Watched, append_span, load_span, outcome_of_failure},
};
use crate::{
    cause::Cause,
    command::Job,
    error::StoreError,
    handle::{AnyState, Returned},
    id::CommitId,
    observe::CommandOutcome,
    store::{End, Failures, Outcome, Place, Receipt, Refusal, Store, StreamRead},
    stream::StreamName,
};

pub(super) struct Run<'a> {
    pub(super) executor: &'a Executor,
    pub(super) options: &'a Options,
    pub(super) patience: Patience,
    lanes: Lanes<'a>,
    /// The states that the caller wants to keep.
    copies: Vec<(StreamName, AnyState)>,
    pub(super) watched: Watched<'a>,
    /// Whether somebody wants a span for each phase.
    pub(super) traced: bool,
}

impl<'a> Run<'a> {
    pub(super) fn new(executor: &'a Executor, options: &'a Options, command: &'static str) -> Self {
        Self::watched(executor, options, command, false)
    }

    /// One that somebody looks at, if `closely`.
    pub(super) fn watched(exec: &'a Executor, options: &'a Options, command: &'static str, closely: bool) -> Self {
        let (watched, timing) = Watched::begin(&exec.meters, command, closely);
        let (patience, lanes) = (Patience::of(options.timeout, timing), Lanes::of(&exec.slots));
        Self { executor: exec, options, patience, lanes, copies: Vec::new(), watched, traced: false }
    }

    /// Takes in how it failed.
    pub(super) fn fail(&mut self, failure: Failure) -> Failure {
        self.end(outcome_of_failure(&failure));
        failure
    }

    /// Takes in how it ended, if it has not ended yet.
    pub(super) fn end(&mut self, outcome: CommandOutcome) {
        self.watched.end(outcome, self.patience.timing);
    }

    pub(super) async fn execute(&mut self, job: &mut dyn Job) -> Result<Committed, Failure> {
        self.options.metadata.check()?;
        if let Some(fault) = &self.options.fault {
            return Err(StoreError::clone(fault).into());
        }
        let _inside = self.executor.doors.enter()?;
        let mut machine = Machine::new(job, self.options, self.executor.shelf());
        let mut reply = Reply::Go;
        loop {
            reply = match machine.next(reply) {
                Effect::Open => {
                    let _phase = self.traced.then(load_span);
                    self.open(&mut machine).await?
                }
                Effect::FindEnds(streams) => self.find_ends(&streams).await?,
                Effect::Submit => {
                    let _phase = self.traced.then(append_span);
                    match self.place().await? {
                        Err(error) => Reply::Failed(error),
                        Ok(place) => match self.hand_over(&mut machine, place) {
                            Err(reply) => reply,
                            Ok((id, End::Known(outcome))) => self.settle(&machine, id, outcome)?,
                            Ok((id, End::Awaited(watch))) => {
                                let outcome = self.patience.wait(Some(id), pin!(watch.outcome())).await?;
                                self.settle(&machine, id, outcome)?
                            }
                        },
                    }
                }
                Effect::Pause(pause) => {
                    // It still holds them if the store could not be read.
                    self.lanes.release();
                    self.watched.tally.begins_again(machine.conflicts);
                    self.patience.wait(None, pin!(rest(pause))).await?;
                    self.watched.tally.lap(|phases| &mut phases.pause);
                    Reply::Go
                }
                Effect::Answer(Ok(Answer::Committed(receipt))) => {
                    self.end(CommandOutcome::Committed);
                    let mut committed = Committed::new(receipt);
                    self.copies.drain(..).for_each(|(stream, state)| committed.keep(stream, state));
                    return Ok(committed);
                }
                Effect::Answer(Ok(Answer::Replayed(first))) => match self.replay(first).await? {
                    Ok(replayed) => {
                        self.end(CommandOutcome::Replayed);
                        return Ok(replayed);
                    }
                    Err(error) => Reply::Failed(error),
                },
                Effect::Answer(Err(failure)) => {
                    self.watched.tally.conflicts = machine.conflicts;
                    return Err(failure);
                }
            }
        }
    }

    async fn open(&mut self, machine: &mut Machine<'_>) -> Result<Reply, Failure> {
        let (store, entries) = (&self.executor.store, &mut machine.entries);
        let opened = self.patience.wait(None, pin!(self.lanes.open(store, entries))).await?;
        self.watched.tally.opened(self.lanes.found_and_read());
        if machine.is_wary() {
            self.patience.wait(None, pin!(self.lanes.settle())).await?;
        }
        self.watched.tally.lap(|phases| &mut phases.load);
        Ok(opened.map_or_else(Reply::Failed, |()| Reply::Opened))
    }

    async fn find_ends(&mut self, streams: &[(StreamName, u64)]) -> Result<Reply, Failure> {
        let mut ends = Vec::with_capacity(streams.len());
        for (stream, near) in streams {
            match self.patience.wait(None, pin!(end_of(&self.executor.store, stream, *near))).await? {
                Ok(end) => ends.push(end),
                Err(error) => return Ok(Reply::Failed(error)),
            }
        }
        Ok(Reply::Ends(ends))
    }

    async fn place(&mut self) -> Result<Result<Place, StoreError>, Failure> {
        self.watched.tally.lap(|phases| &mut phases.decide);
        let store = &self.executor.store;
        match store.try_reserve() {
            Some(place) => Ok(Ok(place)),
            None => {
                self.lanes.count_in();
                self.patience.wait(None, pin!(store.reserve())).await
            }
        }
    }

    /// Hands the commit over and releases the lanes, unless what it stands on has come to nothing.
    ///
    /// Nothing in here waits: whoever comes next finds the states with the ticket that they stand on, or finds none.
    fn hand_over(&mut self, machine: &mut Machine<'_>, place: Place) -> Result<(CommitId, End), Reply> {
        // What is not durable may fail while it is looked at, on another thread.
        let failures = if self.lanes.stand_on_pending() { place.failures() } else { None };
        let _held_off = failures.as_ref().map(Failures::hold_off);
        if self.lanes.overtaken() {
            self.lanes.release();
            return Err(Reply::Overtaken);
        }
        let commit = machine.commit().map_err(Reply::Failed)?;
        self.watched.submits(&commit);
        let left = machine.left();
        self.copy(machine, &left);
        let (id, proof) = (commit.id(), commit.is_proof());
        let ticket = self.executor.store.submit(place, commit);
        self.lanes.leave(&mut machine.entries, left, (!proof).then_some((id, &ticket)));
        if machine.is_wary() {
            self.lanes.count_in();
        } else {
            self.lanes.release();
        }
        Ok((id, ticket.end()))
    }

    fn settle(&mut self, machine: &Machine<'_>, commit: CommitId, outcome: Outcome) -> Result<Reply, Failure> {
        match &outcome {
            Outcome::Refused(Refusal::Stale { stream, actual }) => {
                self.lanes.drop_stale(&machine.entries, (stream.as_str(), *actual));
            }
            // What was seen was the truth, and what was made of it falls with the ticket.
            Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Committed(_) => {}
            Outcome::Unknown(error) => {
                let error = StoreError::Unknown { commit, source: Cause::new(error.clone()) };
                return Err(error.into());
            }
        }
        self.lanes.release();
        self.watched.tally.lap(|phases| &mut phases.append);
        Ok(Reply::Settled(outcome))
    }

    /// Keeps what the caller asked for, before others change it.
    fn copy(&mut self, machine: &Machine<'_>, left: &[Returned]) {
        self.copies.clear();
        for Copy { stream, .. } in &self.options.copies {
            let Some((index, entry)) = machine.entries.find(stream) else { continue };
            let written = left.iter().find(|left| left.stream == index).map(|left| &left.state);
            if let Some(state) = written.or(entry.state.as_ref()) {
                self.copies.push((stream.clone(), Arc::clone(state)));
            }
        }
    }

    /// The first outcome of an idempotency key, with the states that it left.
    async fn replay(&mut self, first: Receipt) -> Result<Result<Committed, StoreError>, Failure> {
        let mut committed = Committed::replayed_from(first.clone());
        for Copy { stream, shape, empty } in &self.options.copies {
            let Some((_, version)) = first.versions.iter().find(|(known, _)| known == stream) else { continue };
            let mut read = StreamRead::new(stream.clone());
            read.until_version = *version;
            let folding = pin!(fold(&self.executor.store, read, shape, Arc::clone(empty)));
            match self.patience.wait(Some(first.id), folding).await? {
                Ok(folded) => committed.keep(stream.clone(), folded.state),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(committed))
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.end(CommandOutcome::Cancelled);
    }
}

async fn rest(pause: Duration) {
    if pause.is_zero() { tokio::task::yield_now().await } else { sleep(pause).await }
}
