//! How a projection is run.

use std::time::Duration;

use crate::{executor::RetryPolicy, limits};

/// What happens when a projection cannot take an event in: its handler fails, or the event cannot be read.
///
/// Passing faults of the store are none of its business: they are waited out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnError {
    /// It stops before that event, and says so in its status. Resumed, it begins with that event.
    #[default]
    Stop,
    /// It tries that event again, and stops when the policy is at its end.
    Retry(RetryPolicy),
    /// It leaves that event's stream aside, with all that comes on it, and goes on with the others. What was left aside is
    /// listed, and can be replayed. There is a [limit](ProjectionOptions::parked_at_most) to how many it leaves aside.
    Park,
    /// It tries that event again, and leaves its stream aside when the policy is at its end.
    RetryThenPark(RetryPolicy),
}

/// A hundred years: no clock's present makes it overflow, and no database's.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl OnError {
    pub(super) fn retry(self) -> Option<RetryPolicy> {
        match self {
            Self::Retry(policy) | Self::RetryThenPark(policy) => Some(policy),
            Self::Stop | Self::Park => None,
        }
    }

    pub(super) fn parks(self) -> bool {
        matches!(self, Self::Park | Self::RetryThenPark(_))
    }
}

/// Settings of one projection.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ProjectionOptions {
    pub(super) on_error: OnError,
    pub(super) batch: usize,
    pub(super) every: (u64, Duration),
    pub(super) term: Duration,
    pub(super) partitions: usize,
    pub(super) parked: usize,
}

impl ProjectionOptions {
    /// The usual settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// What happens when an event cannot be taken in; [`OnError::Stop`] by default.
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// How many events are taken in at once at most; [`limits::PAGE_EVENTS`] by default, and never more than a commit may have
    /// ([`limits::EVENTS_PER_COMMIT`]).
    pub fn batch(mut self, events: usize) -> Self {
        self.batch = events.clamp(1, limits::EVENTS_PER_COMMIT);
        self
    }

    /// How often the checkpoint is moved where it does not move with each batch: after so many positions, or so much time,
    /// whatever comes first. 10,000 and 5 seconds by default.
    pub fn checkpoint_every(mut self, positions: u64, time: Duration) -> Self {
        self.every = (positions.max(1), time);
        self
    }

    /// How long after the last sign of life of a process another takes the projection over; 3 seconds by default.
    pub fn takeover_after(mut self, term: Duration) -> Self {
        self.term = term.clamp(Duration::from_millis(50), LONGEST);
        self
    }

    /// How many streams may be left aside at once, if any may; 1,000 by default. One more, and it stops: so many failures are no
    /// matter of single streams, and the list of them is written with each step. Where it is shared out, each of the
    /// [partitions](Self::partitions) may leave as many aside, and stops by itself.
    pub fn parked_at_most(mut self, streams: usize) -> Self {
        self.parked = streams;
        self
    }

    /// How many work side by side, each on its share of the streams, if the projection says that it can be shared out
    /// (`#[projection(partition_by = key)]`). 1 by default, 1,024 at the most.
    ///
    /// Rows stay with the number that took them in: with another the projection stops before it counts anything twice, and a
    /// rebuild puts it right. What is delivered elsewhere begins anew.
    pub fn partitions(mut self, count: usize) -> Self {
        self.partitions = count.clamp(1, 1024);
        self
    }
}

impl Default for ProjectionOptions {
    fn default() -> Self {
        Self {
            on_error: OnError::Stop,
            batch: limits::PAGE_EVENTS,
            every: (10_000, Duration::from_secs(5)),
            term: Duration::from_secs(3),
            partitions: 1,
            parked: 1000,
        }
    }
}
