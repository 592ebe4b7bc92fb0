//! Where a projection stands: the one place that tells, for people, waiters and metrics.

use std::{fmt, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    event_name::EventName, projection::ProjectionError, recorded::RawEvent, store::Parked, stream::StreamName,
    time::Timestamp,
};

/// What a projection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It finds out where to begin.
    Starting,
    /// It takes events in as they come.
    Running,
    /// The same, but for some streams that were left aside.
    Parked,
    /// It takes events in as they come, while it is built anew from the first event on.
    Rebuilding,
    /// Another process runs it. If that one falls silent, this one takes over.
    Standby,
    /// It takes nothing in: it failed, or was stopped.
    Stopped,
}

/// Where a projection stands.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ProjectionStatus {
    /// Its name; with its share behind a `/`, if it is shared out.
    pub name: String,
    /// What it is doing.
    pub state: RunState,
    /// The position up to which everything was taken in, but for what is parked.
    pub position: u64,
    /// How many positions the log is ahead of it.
    pub lag: u64,
    /// How old the first event is that it has not taken in; nothing if it has taken in all.
    pub lag_time: Duration,
    /// How many events it took in since this process began to run it.
    pub events: u64,
    /// The streams that were left aside.
    pub parked: Vec<Parked>,
    /// Why it stopped, or what it last had to wait out or leave aside.
    pub last_error: Option<Failure>,
    /// Whether what it holds was built by other code than runs now: it wants to be rebuilt.
    pub outdated: bool,
    /// How far a rebuild is, if one is under way.
    pub rebuild: Option<Progress>,
}

/// An event that could not be taken in, or a fault of the store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The event; `None` if none was to blame.
    pub event: Option<FailedEvent>,
    /// Why.
    pub error: ProjectionError,
    /// When.
    pub since: Timestamp,
}

/// Which event could not be taken in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FailedEvent {
    /// Its place in the log.
    pub position: u64,
    /// Its stream.
    pub stream: StreamName,
    /// Its place in its stream.
    pub version: u64,
    /// The name it is stored under.
    pub name: EventName,
}

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The position that it has reached.
    pub position: u64,
    /// The end of the log, as it was last seen.
    pub head: u64,
    /// How many positions a second it makes.
    pub rate: f64,
    /// How long it will take at this rate; `None` while there is none.
    pub remaining: Option<Duration>,
}

impl Progress {
    pub(super) fn since(began: Instant, position: u64, head: u64) -> Self {
        let rate = position as f64 / began.elapsed().as_secs_f64().max(1e-6);
        let left = head.saturating_sub(position) as f64;
        let remaining = (rate > 0.0).then(|| Duration::try_from_secs_f64(left / rate).ok()).flatten();
        Self { position, head, rate, remaining }
    }
}

impl Failure {
    pub(super) fn of(event: Option<&RawEvent>, error: ProjectionError) -> Self {
        let event = event.map(|event| FailedEvent {
            position: event.position(),
            stream: event.stream().clone(),
            version: event.version(),
            name: Arc::<str>::from(event.name()).into(),
        });
        Self { event, error, since: Timestamp::now() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.event {
            Some(FailedEvent { position, stream, version, name }) => {
                write!(f, "at position {position} (`{name}`, version {version} of `{stream}`): {}", self.error)
            }
            None => self.error.fmt(f),
        }
    }
}

/// What a runner says of itself. The rest of a status is found out when somebody asks.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) state: RunState,
    pub(super) position: u64,
    pub(super) events: u64,
    pub(super) parked: Vec<Parked>,
    pub(super) last_error: Option<Failure>,
    pub(super) outdated: bool,
}

impl Report {
    pub(super) fn new() -> Self {
        Self {
            state: RunState::Starting,
            position: 0,
            events: 0,
            parked: Vec::new(),
            last_error: None,
            outdated: false,
        }
    }

    /// The whole, for a log that ends at `head`; but for the time that it is behind, which the store is asked for.
    pub(super) fn status(&self, name: &str, head: u64, rebuild: Option<Progress>) -> ProjectionStatus {
        ProjectionStatus {
            name: name.to_owned(),
            state: match self.state {
                RunState::Running if rebuild.is_some() => RunState::Rebuilding,
                RunState::Running if !self.parked.is_empty() => RunState::Parked,
                state => state,
            },
            position: self.position,
            lag: head.saturating_sub(self.position),
            lag_time: Duration::ZERO,
            events: self.events,
            parked: self.parked.clone(),
            last_error: self.last_error.clone(),
            outdated: self.outdated,
            rebuild,
        }
    }
}
