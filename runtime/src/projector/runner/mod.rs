//! The loop that runs one projection.

mod listens;
mod replay;
mod take;

use std::{
    any::Any, collections::HashMap, future::poll_fn, ops::ControlFlow, panic::AssertUnwindSafe, pin::pin, sync::Arc,
    task::Poll, time::Duration,
};

use futures_util::{FutureExt, future::OptionFuture};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep, sleep_until},
};
use tracing::Span;

pub(super) use self::listens::{Listens, part_of};
use super::{
    feed::{Feed, Page},
    model::{Model, Opened, Trouble},
    options::ProjectionOptions,
    status::{Failure, Report, RunState},
    trace,
    waiting::Waiting,
};
use crate::{
    error::StoreError,
    executor::RetryPolicy,
    metadata::Metadata,
    projection::ProjectionError,
    store::{Checkpoint, Lease, Parked, Store},
    stream::StreamName,
};

/// How patiently passing faults of the store are waited out.
const PATIENCE: RetryPolicy = RetryPolicy::retries(u32::MAX).backoff(Duration::from_millis(50), Duration::from_secs(2));

/// What a runner may be told. Who told it is answered, or finds that it is not to be had.
#[derive(Debug)]
pub(super) enum Command {
    /// To take nothing in any more.
    Stop(oneshot::Sender<()>),
    /// To go on.
    Resume(oneshot::Sender<()>),
    /// To take in what it has left aside of a stream, or of all.
    Replay(Option<StreamName>, oneshot::Sender<Result<(), Failure>>),
    /// To stand still once it is at this position, or if it is behind it.
    Pause(u64, oneshot::Sender<Paused>),
}

/// A runner that stands still, until this is dropped or it is told to go on.
#[derive(Debug)]
pub(super) struct Paused {
    /// Its right, if it takes one.
    pub(super) lease: Option<Lease>,
    pub(super) checkpoint: Checkpoint,
    /// Where it goes on, if not there.
    pub(super) go_on: oneshot::Sender<(Option<Lease>, Checkpoint)>,
}

/// A position that a runner does not go beyond.
struct Bound {
    at: u64,
    then: Then,
}

enum Then {
    /// It rests: it was here before.
    Rest,
    Pause(oneshot::Sender<Paused>),
}

/// What a runner works with, whatever it runs.
pub(super) struct Place {
    pub(super) name: Arc<str>,
    pub(super) feed: Arc<Feed>,
    pub(super) listens: Listens,
    pub(super) options: ProjectionOptions,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) report: watch::Sender<Report>,
    pub(super) waiting: Arc<Waiting>,
}

impl Place {
    /// The span of a batch, whose events are told by their positions and what was said of their commits.
    fn span<'a>(&self, events: impl ExactSizeIterator<Item = (u64, &'a Metadata)> + Clone) -> Span {
        trace::of_batch(self.feed.store().name(), &self.name, events)
    }
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
    bound: Option<Bound>,
    /// What it was told while it waited for something to pass: where to stand still, and who asked.
    owed: Option<(u64, oneshot::Sender<Paused>)>,
    /// How often in a row the store could not.
    faults: u32,
    /// The position of the last durable checkpoint, and when it was made.
    kept: (u64, Instant),
    /// Whether something has changed since.
    changed: bool,
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
            bound: None,
            owed: None,
            faults: 0,
            kept: (0, Instant::now()),
            changed: false,
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            // Whatever panics in code of others: nobody is left waiting for a runner that is gone without a word.
            let next =
                AssertUnwindSafe(self.serve()).catch_unwind().await.unwrap_or_else(|panic| self.panicked(&*panic));
            let next = match next {
                Next::Rest => AssertUnwindSafe(self.rest()).catch_unwind().await.unwrap_or_else(|panic| {
                    self.panicked(&*panic);
                    Next::End
                }),
                next => next,
            };
            if matches!(next, Next::End) {
                break;
            }
        }
        self.model.close().await;
    }

    async fn serve(&mut self) -> Next {
        match self.model.open().await {
            Ok(Opened::Ours(checkpoint)) => self.lead(checkpoint).await,
            Ok(Opened::Theirs(checkpoint)) => self.stand_by(&checkpoint).await,
            Err(trouble) => self.cannot(trouble).await,
        }
    }

    /// It stops, and says why. Told to go on, it begins where it is known to have been.
    fn panicked(&mut self, panic: &(dyn Any + Send)) -> Next {
        self.model.spoil();
        let failure = Failure::of(None, ProjectionError::panicked(panic));
        self.place.report.send_modify(|report| {
            (report.state, report.last_error) = (RunState::Stopped, Some(failure));
        });
        Next::Rest
    }

    /// Somebody else runs it: looks now and then whether that is still so.
    async fn stand_by(&mut self, checkpoint: &Checkpoint) -> Next {
        // Whoever asked finds that it is not to be had here.
        (self.faults, self.owed) = (0, None);
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
        self.bound = None;
        self.place.report.send_modify(|report| report.state = RunState::Stopped);
        loop {
            let command = match self.owed.take() {
                Some((at, reply)) => Some(Command::Pause(at, reply)),
                None => self.place.commands.recv().await,
            };
            match command {
                None => return Next::End,
                Some(Command::Stop(told)) => drop(told.send(())),
                Some(Command::Resume(told)) => {
                    self.place.report.send_modify(|report| report.state = RunState::Starting);
                    let _ = told.send(());
                    return Next::Open;
                }
                Some(Command::Pause(0, reply)) => {
                    // It goes nowhere, but somebody may put it elsewhere.
                    if let Ok(Opened::Ours(checkpoint)) = self.model.take_hold().await {
                        self.begin(checkpoint);
                        if self.hold(reply).await {
                            return Next::Open;
                        }
                    }
                    self.model.close().await;
                    self.place.report.send_modify(|report| report.state = RunState::Stopped);
                }
                Some(Command::Pause(..) | Command::Replay(..)) => {}
            }
        }
    }

    /// Stands still here, or once it is at this position.
    async fn stand_still(&mut self, at: u64, reply: oneshot::Sender<Paused>) {
        if at > self.checkpoint.position {
            self.bound = Some(Bound { at, then: Then::Pause(reply) });
        } else {
            self.hold(reply).await;
        }
    }

    /// Stands still until it is told to go on, and says whether from somewhere else.
    async fn hold(&mut self, reply: oneshot::Sender<Paused>) -> bool {
        let (go_on, told) = oneshot::channel();
        let paused = Paused { lease: self.model.lease(), checkpoint: self.checkpoint.clone(), go_on };
        if reply.send(paused).is_err() {
            return false;
        }
        let Ok((lease, checkpoint)) = told.await else { return false };
        self.model.moved(lease, &checkpoint);
        self.begin(checkpoint);
        self.changed = !M::DURABLE;
        true
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
            Some(Command::Resume(told)) => {
                let _ = told.send(());
                Next::Open
            }
            // What was built to take its place is not thrown away because the store could not just now.
            Some(Command::Pause(at, reply)) => {
                self.owed = Some((at, reply));
                Next::Open
            }
            // Whoever asked finds that it is not to be had just now.
            Some(Command::Replay(..)) => Next::Open,
        }
    }

    /// It is ours: takes in what comes.
    async fn lead(&mut self, checkpoint: Checkpoint) -> Next {
        self.begin(checkpoint);
        loop {
            if let Some((at, reply)) = self.owed.take() {
                self.stand_still(at, reply).await;
            }
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
                Woken::Command(Some(Command::Resume(told))) => {
                    let _ = told.send(());
                    continue;
                }
                Woken::Command(Some(Command::Pause(at, reply))) => {
                    self.owed = Some((at, reply));
                    continue;
                }
                Woken::Command(Some(Command::Replay(stream, reply))) => match self.replay(stream, reply).await {
                    ControlFlow::Continue(()) => continue,
                    ControlFlow::Break(next) => next,
                },
                Woken::Command(command) => self.obey(command).await,
            };
            return next;
        }
    }

    fn begin(&mut self, checkpoint: Checkpoint) {
        let aside = |parked: &Parked| (StreamName::from(parked.stream.as_str()), parked.version);
        self.aside = checkpoint.parked.iter().map(aside).collect();
        (self.kept, self.changed) = ((checkpoint.position, Instant::now()), false);
        self.checkpoint = checkpoint;
        let code = self.checkpoint.code;
        self.place.report.send_modify(|report| {
            (report.state, report.position) = (RunState::Running, self.checkpoint.position);
            report.parked.clone_from(&self.checkpoint.parked);
            report.outdated = code != self.model.code();
        });
    }

    async fn woken(&mut self) -> Woken {
        let due = self.changed;
        let mut page = pin!(self.place.feed.page(self.checkpoint.position));
        let mut command = pin!(self.place.commands.recv());
        let mut lost = pin!(self.model.lost());
        // A moment that no clock can name never comes.
        let moment = self.kept.1.checked_add(self.place.options.every.1);
        let mut moment = pin!(OptionFuture::from(moment.map(sleep_until)));
        poll_fn(|context| {
            if let Poll::Ready(command) = command.as_mut().poll(context) {
                return Poll::Ready(Woken::Command(command));
            }
            if lost.as_mut().poll(context).is_ready() {
                return Poll::Ready(Woken::Lost);
            }
            if due && moment.as_mut().poll(context) == Poll::Ready(Some(())) {
                return Poll::Ready(Woken::CheckpointIsDue);
            }
            page.as_mut().poll(context).map(Woken::Page)
        })
        .await
    }

    async fn keep(&mut self) -> Result<(), Trouble> {
        if self.changed {
            self.model.keep(&self.checkpoint).await?;
            (self.kept, self.changed) = ((self.checkpoint.position, Instant::now()), false);
        }
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
