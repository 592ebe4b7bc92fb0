//! Taking a page in, a batch at a time, and what follows when an event cannot be.

use std::ops::ControlFlow;

use tokio::time::{Instant, sleep};

use super::{Bound, Next, Runner, Then};
use crate::{
    cause::Cause,
    id::CommitId,
    projection::{Delivery, ProjectionError},
    projector::{
        feed::Page,
        model::{Model, Trouble},
        status::Failure,
        trace::traced,
    },
    recorded::RawEvent,
    store::{Checkpoint, Parked},
};

impl<M: Model> Runner<M> {
    /// Takes a page in, a batch at a time. Whatever is left over after a failure, it is handed over once more.
    pub(super) async fn take(&mut self, page: &Page) -> ControlFlow<Next> {
        let end = self.bound.as_ref().map_or(page.reached, |bound| bound.at.min(page.reached));
        let wanted = page.deliveries().filter(|event| event.position() <= end && self.wants(event));
        let wanted: Vec<Delivery<'_>> = wanted.collect();
        // An event that is tried again is tried alone.
        let (mut rest, mut limit) = (&wanted[..], if self.tries.1 > 0 { 1 } else { self.place.options.batch });
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(self.cut(rest, limit));
            let position = if later.is_empty() { end } else { last_position(batch) };
            let to = Checkpoint { position, ..self.checkpoint.clone() };
            let span = self.place.span(batch.iter().map(|event| (event.position(), event.metadata())));
            match traced(span, self.model.take(batch, &to)).await {
                Ok(()) => {
                    self.took(batch, to);
                    (rest, limit) = (later, self.place.options.batch);
                }
                // Those before it first.
                Err(Trouble::Event { index, before: false, .. }) if index > 0 => limit = index,
                Err(Trouble::Batch(_)) if batch.len() > 1 => limit = batch.len() / 2,
                Err(Trouble::Event { index, error, .. }) => return self.failed(batch, index, error).await,
                Err(Trouble::Batch(error)) => return self.failed(batch, 0, error).await,
                Err(trouble) => return ControlFlow::Break(self.cannot(trouble).await),
            }
        }
        self.reach(end);
        if self.bound.as_ref().is_some_and(|bound| bound.at <= end) {
            return self.arrived().await;
        }
        if self.checkpoint.position - self.kept.0 >= self.place.options.every.0
            && let Err(trouble) = self.keep().await
        {
            return ControlFlow::Break(self.cannot(trouble).await);
        }
        ControlFlow::Continue(())
    }

    /// It is where it was to go, and no further.
    async fn arrived(&mut self) -> ControlFlow<Next> {
        match self.bound.take().map(|bound| bound.then) {
            Some(Then::Rest) => ControlFlow::Break(Next::Rest),
            Some(Then::Pause(reply)) => {
                self.hold(reply).await;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Continue(()),
        }
    }

    pub(super) fn wants(&self, event: &RawEvent) -> bool {
        event.position() > self.checkpoint.position
            && self.place.listens.to(event)
            && (self.aside.is_empty() || self.aside.get(event.stream()).is_none_or(|from| event.version() < *from))
    }

    /// How many to take at once: whole commits, unless it is about finding the event that fails.
    fn cut(&self, events: &[Delivery<'_>], limit: usize) -> usize {
        if limit != self.place.options.batch {
            return limit.min(events.len());
        }
        whole_commits(events.len(), limit, |nth| events.get(nth).map(|event| event.commit()))
    }

    pub(super) fn took(&mut self, events: &[Delivery<'_>], to: Checkpoint) {
        self.changed = !M::DURABLE;
        if M::DURABLE {
            self.kept = (to.position, Instant::now());
        }
        if to.position >= self.tries.0 {
            self.tries = (0, 0);
        }
        self.checkpoint = to;
        self.place.report.send_modify(|report| {
            report.position = self.checkpoint.position;
            report.events += events.len() as u64;
        });
    }

    pub(super) fn reach(&mut self, position: u64) {
        if self.checkpoint.position < position {
            (self.checkpoint.position, self.changed) = (position, true);
            self.place.report.send_modify(|report| report.position = position);
        }
    }

    /// An event cannot be taken in; those before it in its batch were.
    async fn failed(&mut self, batch: &[Delivery<'_>], index: usize, error: ProjectionError) -> ControlFlow<Next> {
        let (before, Some(event)) = (batch.get(..index).unwrap_or_default(), batch.get(index)) else {
            return ControlFlow::Continue(());
        };
        if !before.is_empty() {
            self.took(before, Checkpoint { position: event.position() - 1, ..self.checkpoint.clone() });
        }
        let tries = if self.tries.0 == event.position() { self.tries.1 + 1 } else { 1 };
        self.tries = (event.position(), tries);
        self.place.report.send_modify(|report| report.last_error = Some(Failure::of(Some(event), error.clone())));
        let on_error = self.place.options.on_error;
        if let Some(pause) = on_error.retry().and_then(|policy| policy.pause_before(tries)) {
            return match self.pause(sleep(pause)).await {
                Next::Open if !self.model.is_spoilt() => ControlFlow::Continue(()),
                next => ControlFlow::Break(next),
            };
        }
        self.tries = (0, 0);
        let limit = self.place.options.parked;
        if on_error.parks() && self.checkpoint.parked.len() < limit {
            return self.park(event, &error).await;
        }
        if on_error.parks() {
            let error = ProjectionError::TooManyParked { limit, source: Cause::new(error) };
            self.place.report.send_modify(|report| report.last_error = Some(Failure::of(Some(event), error)));
        }
        if !self.model.is_spoilt() {
            return ControlFlow::Break(Next::Rest);
        }
        // What it holds is folded anew up to here, so that whoever reads it sees nothing half done.
        self.bound = Some(Bound { at: event.position() - 1, then: Then::Rest });
        ControlFlow::Break(Next::Open)
    }

    /// Leaves a stream aside, and goes on with the others. That it did is kept before anything else happens.
    async fn park(&mut self, event: &RawEvent, error: &ProjectionError) -> ControlFlow<Next> {
        self.checkpoint.parked.push(Parked::from_event(event, error));
        self.changed = true;
        self.aside.insert(event.stream().clone(), event.version());
        self.reach(event.position());
        self.place.report.send_modify(|report| report.parked.clone_from(&self.checkpoint.parked));
        match self.keep().await {
            Ok(()) if !self.model.is_spoilt() => ControlFlow::Continue(()),
            Ok(()) => ControlFlow::Break(Next::Open),
            Err(trouble) => ControlFlow::Break(self.cannot(trouble).await),
        }
    }
}

fn last_position(events: &[Delivery<'_>]) -> u64 {
    events.last().map_or(0, |event| event.position())
}

/// How many of so many events are at most `most`, and whole commits; unless the first commit has more.
fn whole_commits(count: usize, most: usize, commit: impl Fn(usize) -> Option<CommitId>) -> usize {
    if count <= most {
        return count;
    }
    // Commits stand one behind the other: no event of another lies between those of one.
    let next = commit(most);
    (0..most).rev().find(|nth| commit(*nth) != next).map_or(most, |last| last + 1)
}
