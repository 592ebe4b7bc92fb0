//! One execution: does what the [machine](super::machine) says, and tells it how that went.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Executor,
    committed::Committed,
    lanes::Lanes,
    load::{end_of, fold},
    machine::{Answer, Effect, Failure, Machine, Reply},
    options::{Copy, Options},
};
use crate::{
    command::{Entries, Job},
    error::{ExecuteError, StoreError},
    handle::AnyState,
    id::CommitId,
    store::{Commit, Failures, Outcome, Place, Refusal, Store, StreamRead, Ticket},
    stream::StreamName,
};

pub(super) struct Run<'a> {
    executor: &'a Executor,
    options: &'a Options,
    deadline: Option<Instant>,
    lanes: Lanes<'a>,
    /// The states that the caller wants to keep.
    copies: Vec<(StreamName, AnyState)>,
}

impl<'a> Run<'a> {
    pub(super) fn new(executor: &'a Executor, options: &'a Options) -> Self {
        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { executor, options, deadline, lanes: Lanes::of(&executor.slots), copies: Vec::new() }
    }

    pub(super) async fn execute(mut self, job: &mut dyn Job) -> Result<Committed, Failure> {
        self.options.metadata.check()?;
        if let Some(fault) = &self.options.fault {
            return Err(fault.clone().into());
        }
        let _inside = self.executor.doors.enter()?;
        let mut machine = Machine::new(job, self.options, Entries::on(self.executor.shelf()));
        let mut reply = Reply::Go;
        loop {
            reply = match machine.next(reply) {
                Effect::Open => self.open(&mut machine).await?,
                Effect::FindEnds(streams) => self.find_ends(&streams).await?,
                Effect::Submit(commit) => self.submit(&mut machine, commit).await?,
                Effect::Pause(pause) => {
                    // It still holds them if the store could not be read.
                    self.lanes.release();
                    self.within(None, rest(pause)).await?;
                    Reply::Go
                }
                Effect::Answer(Ok(Answer::Committed(receipt))) => {
                    let mut committed = Committed::new(receipt);
                    self.copies.into_iter().for_each(|(stream, state)| committed.keep(stream, state));
                    return Ok(committed);
                }
                Effect::Answer(Ok(Answer::Replayed(first))) => return self.replay(first).await,
                Effect::Answer(Err(failure)) => return Err(failure),
            }
        }
    }

    async fn open(&mut self, machine: &mut Machine<'_>) -> Result<Reply, Failure> {
        let (store, entries) = (&self.executor.store, &mut machine.entries);
        let opened = within(self.deadline, self.options.timeout, None, self.lanes.open(store, entries)).await?;
        if machine.is_wary() {
            self.within(None, self.lanes.settle()).await?;
        }
        Ok(opened.map_or_else(Reply::Failed, |()| Reply::Opened))
    }

    async fn find_ends(&self, streams: &[(StreamName, u64)]) -> Result<Reply, Failure> {
        let mut ends = Vec::with_capacity(streams.len());
        for (stream, near) in streams {
            match self.within(None, end_of(&self.executor.store, stream, *near)).await? {
                Ok(end) => ends.push(end),
                Err(error) => return Ok(Reply::Failed(error)),
            }
        }
        Ok(Reply::Ends(ends))
    }

    async fn submit(&mut self, machine: &mut Machine<'_>, commit: Commit) -> Result<Reply, Failure> {
        let store = &self.executor.store;
        let place = match store.try_reserve() {
            Some(place) => place,
            None => match self.within(None, store.reserve()).await? {
                Ok(place) => place,
                Err(error) => return Ok(Reply::Failed(error)),
            },
        };
        let id = commit.id();
        let Some(ticket) = self.hand_over(machine, place, commit) else {
            self.lanes.release();
            return Ok(Reply::Overtaken);
        };
        let outcome = self.within(Some(id), ticket.into_outcome()).await?;
        match &outcome {
            Outcome::Refused(Refusal::Stale { stream, actual }) => {
                self.lanes.drop_stale(&machine.entries, (stream.as_str(), *actual));
            }
            // What was seen was the truth, and what was made of it falls with the ticket.
            Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Committed(_) => {}
            Outcome::Unknown(error) => {
                let error = StoreError::Unknown { commit: id, source: Arc::new(error.clone()) };
                return Err(error.into());
            }
        }
        self.lanes.release();
        Ok(Reply::Settled(outcome))
    }

    /// Submits, leaves the states and opens the lanes: whoever comes next finds the states with the ticket that they stand
    /// on, or finds none. `None` if what they stand on has come to nothing.
    fn hand_over(&mut self, machine: &mut Machine<'_>, place: Place, commit: Commit) -> Option<Ticket> {
        // What is not durable may fail while it is looked at, on another thread.
        let failures = if self.lanes.stand_on_pending() { place.failures() } else { None };
        let _held_off = failures.as_ref().map(Failures::hold_off);
        if self.lanes.overtaken() {
            return None;
        }
        let left = machine.left(&commit);
        self.copy(machine, &left.states);
        let (id, proof) = (commit.id(), commit.is_proof());
        let ticket = self.executor.store.submit(place, commit);
        self.lanes.leave(&mut machine.entries, left, (!proof).then_some((id, &ticket)));
        if !machine.is_wary() {
            self.lanes.release();
        }
        Some(ticket)
    }

    /// Keeps what the caller asked for, before others change it.
    fn copy(&mut self, machine: &Machine<'_>, states: &[(usize, AnyState)]) {
        self.copies.clear();
        for Copy { stream, .. } in &self.options.copies {
            let Some((index, entry)) = machine.entries.find(stream) else { continue };
            let written = states.iter().find(|(stream, _)| *stream == index).map(|(_, state)| state);
            if let Some(state) = written.or(entry.state.as_ref()) {
                self.copies.push((stream.clone(), Arc::clone(state)));
            }
        }
    }

    /// The first outcome of an idempotency key, with the states that it left.
    async fn replay(self, first: crate::store::Receipt) -> Result<Committed, Failure> {
        let mut committed = Committed::replayed_from(first.clone());
        for Copy { stream, shape, empty } in &self.options.copies {
            let Some((_, version)) = first.versions.iter().find(|(known, _)| known == stream) else { continue };
            let mut read = StreamRead::new(stream.clone());
            read.until_version = *version;
            let folded = self.within(None, fold(&self.executor.store, read, shape, Arc::clone(empty))).await??;
            committed.keep(stream.clone(), folded.state);
        }
        Ok(committed)
    }

    async fn within<T>(&self, commit: Option<CommitId>, work: impl Future<Output = T>) -> Result<T, Failure> {
        within(self.deadline, self.options.timeout, commit, work).await
    }
}

async fn rest(pause: Duration) {
    if pause.is_zero() { tokio::task::yield_now().await } else { sleep(pause).await }
}

async fn within<T>(
    deadline: Option<Instant>,
    after: Option<Duration>,
    commit: Option<CommitId>,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let Some(deadline) = deadline else { return Ok(work.await) };
    let mut work = pin!(work);
    // Work that is done at once, as it mostly is in memory, needs no timer.
    if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
        return Ok(done);
    }
    timeout_at(deadline, work)
        .await
        .map_err(|_| Failure::Other(ExecuteError::Timeout { after: after.unwrap_or_default(), commit }))
}
