//! The loop that runs one projection.

use std::{collections::HashMap, future::poll_fn, ops::ControlFlow, pin::pin, sync::Arc, task::Poll, time::Duration};

use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};

use super::{
    feed::{Feed, Page, whole_commits},
    model::{Model, Opened, Trouble},
    options::ProjectionOptions,
    status::{Failure, Report, RunState},
    waiting::Waiting,
};
use crate::{
    error::StoreError,
    executor::RetryPolicy,
    projection::ProjectionError,
    recorded::RawEvent,
    store::{Checkpoint, Parked},
    stream::StreamName,
};

/// How patiently passing faults of the store are waited out.
const PATIENCE: RetryPolicy = RetryPolicy::retries(u32::MAX).backoff(Duration::from_millis(50), Duration::from_secs(2));

/// What a runner may be told.
#[derive(Debug)]
pub(super) enum Command {
    /// To take nothing in any more. Answered when that is so.
    Stop(oneshot::Sender<()>),
    /// To go on.
    Resume,
}

/// What a runner works with, whatever it runs.
pub(super) struct Place {
    pub(super) feed: Arc<Feed>,
    pub(super) listens: Listens,
    pub(super) options: ProjectionOptions,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) report: watch::Sender<Report>,
    pub(super) waiting: Arc<Waiting>,
}

/// Runs one projection: finds out whether it is ours, takes in what comes, and does with failures as it was told.
pub(super) struct Runner<M> {
    model: M,
    place: Place,
    /// What everything up to now came to.
    checkpoint: Checkpoint,
    /// The streams left aside, each from this version on.
    aside: HashMap<StreamName, u64>,
    /// How often the event at this position was tried.
    tries: (u64, u32),
    /// Where it stops, having been here before.
    halt: Option<u64>,
    /// How often in a row the store could not.
    faults: u32,
    /// The position of the last durable checkpoint, and when it was made.
    kept: (u64, Instant),
}

/// Which events a runner takes in.
#[derive(Debug, Clone)]
pub(super) struct Listens {
    pub(super) categories: &'static [&'static str],
    /// Which share of the streams, of how many.
    pub(super) share: (usize, usize),
}

impl Listens {
    fn to(&self, event: &RawEvent) -> bool {
        let category = event.stream().category();
        self.categories.contains(&category)
            && (self.share.1 == 1 || share_of(event.stream(), self.share.1) == self.share.0)
    }
}

/// The same on every machine: what one process took in, another must not take for its own.
pub(super) fn share_of(stream: &StreamName, shares: usize) -> usize {
    let hash = stream
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // The low bits of this hash are the weaker ones.
    usize::try_from((hash >> 32) % shares as u64).unwrap_or(0)
}

/// What a runner does next.
#[derive(Debug)]
pub(super) enum Next {
    /// Finds out anew whether it is ours, and how far it is.
    Open,
    /// Waits to be told to go on.
    Rest,
    /// Nothing, for ever.
    End,
}

enum Woken {
    Command(Option<Command>),
    Page(Result<Arc<Page>, StoreError>),
    CheckpointIsDue,
    Lost,
}

impl<M: Model> Runner<M> {
    pub(super) fn new(model: M, place: Place) -> Self {
        Self {
            model,
            place,
            checkpoint: Checkpoint::default(),
            aside: HashMap::new(),
            tries: (0, 0),
            halt: None,
            faults: 0,
            kept: (0, Instant::now()),
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let next = match self.model.open().await {
                Ok(Opened::Ours(checkpoint)) => self.lead(checkpoint).await,
                Ok(Opened::Theirs(checkpoint)) => self.stand_by(&checkpoint).await,
                Err(trouble) => self.cannot(trouble).await,
            };
            let next = match next {
                Next::Rest => self.rest().await,
                next => next,
            };
            if matches!(next, Next::End) {
                break;
            }
        }
        self.model.close().await;
    }

    /// Somebody else runs it: looks now and then whether that is still so.
    async fn stand_by(&mut self, checkpoint: &Checkpoint) -> Next {
        self.faults = 0;
        self.place.report.send_modify(|report| {
            (report.state, report.position) = (RunState::Standby, checkpoint.position);
            report.parked.clone_from(&checkpoint.parked);
            report.outdated = checkpoint.code != self.model.code();
        });
        let term = self.place.options.term / 3;
        let waiting = Arc::clone(&self.place.waiting);
        self.pause(async move { waiting.at_most(term).await }).await
    }

    /// Waits, unless it is told something meanwhile.
    async fn pause(&mut self, until: impl Future<Output = ()>) -> Next {
        let told = {
            let (mut until, mut command) = (pin!(until), pin!(self.place.commands.recv()));
            let woken = poll_fn(|context| {
                if let Poll::Ready(command) = command.as_mut().poll(context) {
                    return Poll::Ready(Some(command));
                }
                until.as_mut().poll(context).map(|()| None)
            });
            woken.await
        };
        match told {
            Some(command) => self.obey(command).await,
            None => Next::Open,
        }
    }

    /// Takes nothing in until it is told to.
    async fn rest(&mut self) -> Next {
        self.model.close().await;
        self.place.report.send_modify(|report| report.state = RunState::Stopped);
        loop {
            match self.place.commands.recv().await {
                None => return Next::End,
                Some(Command::Stop(told)) => drop(told.send(())),
                Some(Command::Resume) => {
                    self.halt = None;
                    return Next::Open;
                }
            }
        }
    }

    async fn obey(&mut self, command: Option<Command>) -> Next {
        match command {
            None => {
                let _ = self.keep().await;
                Next::End
            }
            Some(Command::Stop(told)) => {
                let _ = self.keep().await;
                self.model.close().await;
                self.place.report.send_modify(|report| report.state = RunState::Stopped);
                let _ = told.send(());
                Next::Rest
            }
            Some(Command::Resume) => Next::Open,
        }
    }

    /// It is ours: takes in what comes.
    async fn lead(&mut self, checkpoint: Checkpoint) -> Next {
        self.begin(checkpoint);
        loop {
            let next = match self.woken().await {
                Woken::Page(Ok(page)) => {
                    self.faults = 0;
                    match self.take(&page).await {
                        ControlFlow::Continue(()) => continue,
                        ControlFlow::Break(next) => next,
                    }
                }
                Woken::Page(Err(error)) => self.cannot(error.into()).await,
                Woken::CheckpointIsDue => match self.keep().await {
                    Ok(()) => continue,
                    Err(trouble) => self.cannot(trouble).await,
                },
                Woken::Lost => Next::Open,
                Woken::Command(Some(Command::Resume)) => continue,
                Woken::Command(command) => self.obey(command).await,
            };
            return next;
        }
    }

    fn begin(&mut self, checkpoint: Checkpoint) {
        let aside = |parked: &Parked| (StreamName::from(parked.stream.as_str()), parked.version);
        self.aside = checkpoint.parked.iter().map(aside).collect();
        self.kept = (checkpoint.position, Instant::now());
        self.checkpoint = checkpoint;
        let code = self.checkpoint.code;
        self.place.report.send_modify(|report| {
            (report.state, report.position) = (RunState::Running, self.checkpoint.position);
            report.parked.clone_from(&self.checkpoint.parked);
            report.outdated = code != self.model.code();
        });
    }

    async fn woken(&mut self) -> Woken {
        let due = self.kept.0 != self.checkpoint.position;
        let mut page = pin!(self.place.feed.page(self.checkpoint.position));
        let mut command = pin!(self.place.commands.recv());
        let mut lost = pin!(self.model.lost());
        let mut moment = pin!(sleep_until(self.kept.1 + self.place.options.every.1));
        poll_fn(|context| {
            if let Poll::Ready(command) = command.as_mut().poll(context) {
                return Poll::Ready(Woken::Command(command));
            }
            if lost.as_mut().poll(context).is_ready() {
                return Poll::Ready(Woken::Lost);
            }
            if due && moment.as_mut().poll(context).is_ready() {
                return Poll::Ready(Woken::CheckpointIsDue);
            }
            page.as_mut().poll(context).map(Woken::Page)
        })
        .await
    }

    /// Takes a page in, a batch at a time. Whatever is left over after a failure, it is handed over once more.
    async fn take(&mut self, page: &Page) -> ControlFlow<Next> {
        let mut wanted: Vec<&RawEvent> = page.events.iter().filter(|event| self.wants(event)).collect();
        let halts = self.halt.is_some_and(|halt| halt <= page.reached);
        if let Some(halt) = self.halt {
            wanted.retain(|event| event.position() < halt);
        }
        // An event that is tried again is tried alone.
        let (mut rest, mut limit) = (&wanted[..], if self.tries.1 > 0 { 1 } else { self.place.options.batch });
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(self.cut(rest, limit));
            let position = if later.is_empty() && !halts { page.reached } else { last_position(batch) };
            let to = Checkpoint { position, ..self.checkpoint.clone() };
            match self.model.take(batch, &to).await {
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
        if halts {
            return ControlFlow::Break(Next::Rest);
        }
        self.reach(page.reached);
        if self.checkpoint.position - self.kept.0 >= self.place.options.every.0
            && let Err(trouble) = self.keep().await
        {
            return ControlFlow::Break(self.cannot(trouble).await);
        }
        ControlFlow::Continue(())
    }

    fn wants(&self, event: &RawEvent) -> bool {
        event.position() > self.checkpoint.position
            && self.place.listens.to(event)
            && (self.aside.is_empty() || self.aside.get(event.stream()).is_none_or(|from| event.version() < *from))
    }

    /// How many to take at once: whole commits, unless it is about finding the event that fails.
    fn cut(&self, events: &[&RawEvent], limit: usize) -> usize {
        if limit == self.place.options.batch { whole_commits(events, limit) } else { limit.min(events.len()) }
    }

    fn took(&mut self, events: &[&RawEvent], to: Checkpoint) {
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
            report.last = events.last().map(|event| event.time()).or(report.last);
        });
    }

    fn reach(&mut self, position: u64) {
        if self.checkpoint.position < position {
            self.checkpoint.position = position;
            self.place.report.send_modify(|report| report.position = position);
        }
    }

    /// An event cannot be taken in; those before it in its batch were.
    async fn failed(&mut self, batch: &[&RawEvent], index: usize, error: ProjectionError) -> ControlFlow<Next> {
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
        if on_error.parks() {
            return self.park(event, &error).await;
        }
        if !self.model.is_spoilt() {
            return ControlFlow::Break(Next::Rest);
        }
        // What it holds is folded anew up to here, so that whoever reads it sees nothing half done.
        self.halt = Some(event.position());
        ControlFlow::Break(Next::Open)
    }

    /// Leaves a stream aside, and goes on with the others. That it did is kept before anything else happens.
    async fn park(&mut self, event: &RawEvent, error: &ProjectionError) -> ControlFlow<Next> {
        self.checkpoint.parked.push(Parked::from_event(event, error));
        self.aside.insert(event.stream().clone(), event.version());
        self.reach(event.position());
        self.place.report.send_modify(|report| report.parked.clone_from(&self.checkpoint.parked));
        match self.keep().await {
            Ok(()) if !self.model.is_spoilt() => ControlFlow::Continue(()),
            Ok(()) => ControlFlow::Break(Next::Open),
            Err(trouble) => ControlFlow::Break(self.cannot(trouble).await),
        }
    }

    async fn keep(&mut self) -> Result<(), Trouble> {
        self.model.keep(&self.checkpoint).await?;
        self.kept = (self.checkpoint.position, Instant::now());
        Ok(())
    }

    /// What follows from trouble that no event is to blame for.
    async fn cannot(&mut self, trouble: Trouble) -> Next {
        let (error, passes) = match trouble {
            Trouble::Lost => return Next::Open,
            Trouble::Passing(error) => (error.into(), true),
            Trouble::Event { error, .. } | Trouble::Batch(error) | Trouble::Broken(error) => (error, false),
        };
        self.place.report.send_modify(|report| report.last_error = Some(Failure::of(None, error)));
        if !passes {
            return Next::Rest;
        }
        self.faults = self.faults.saturating_add(1);
        let pause = PATIENCE.pause(self.faults);
        self.pause(sleep(pause)).await
    }
}

fn last_position(events: &[&RawEvent]) -> u64 {
    events.last().map_or(0, |event| event.position())
}
