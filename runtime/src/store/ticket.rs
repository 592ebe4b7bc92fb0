//! What becomes of a submitted commit: a handle that many may hold.

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use super::{Receipt, Refusal};
use crate::error::StoreError;

/// The end of a submission.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Accepted, and durable.
    Committed(Receipt),
    /// Not accepted: nothing was stored.
    Refused(Refusal),
    /// The store answered with an error: nothing was stored.
    Failed(StoreError),
    /// Nobody knows, and the store gave up finding out: it may have been stored, or still be.
    Unknown(StoreError),
}

/// Where a submission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// On its way.
    Pending,
    /// Accepted, and durable.
    Committed,
    /// Refused, or answered with an error: nothing was stored.
    Refused,
    /// Nobody knows.
    Unknown,
}

/// A submission's handle: says where it stands, and waits for its end.
#[derive(Debug, Clone)]
pub struct Ticket(End);

/// What a [`Ticket`] has to say: the end itself, or where to wait for it.
#[derive(Debug, Clone)]
pub enum End {
    /// It was over at once.
    Known(Outcome),
    /// It is, or was, under way.
    Awaited(Watch),
}

/// Says where a submission that was not over at once stands. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Shared>);

/// The other end of a [`Ticket`]. Dropped without an outcome, it leaves the ticket unknown.
#[derive(Debug)]
pub struct Settle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    outcome: OnceLock<Outcome>,
    settled: Notify,
}

impl Ticket {
    /// A ticket for a submission under way.
    #[must_use]
    pub fn pending() -> (Self, Settle) {
        let shared = Arc::<Shared>::default();
        (Self(End::Awaited(Watch(Arc::clone(&shared)))), Settle(shared))
    }

    /// A ticket for a submission whose end is known already.
    #[must_use]
    pub fn settled(outcome: Outcome) -> Self {
        Self(End::Known(outcome))
    }

    /// Where the submission stands.
    #[must_use]
    pub fn status(&self) -> Status {
        match &self.0 {
            End::Known(outcome) => Status::of(outcome),
            End::Awaited(watch) => watch.status(),
        }
    }

    /// For those who build on the submission while it is under way; `None` if its end was known at once.
    #[must_use]
    pub fn watch(&self) -> Option<&Watch> {
        match &self.0 {
            End::Known(_) => None,
            End::Awaited(watch) => Some(watch),
        }
    }

    /// Waits for the end.
    pub async fn outcome(&self) -> Outcome {
        match &self.0 {
            End::Known(outcome) => outcome.clone(),
            End::Awaited(watch) => watch.outcome().await,
        }
    }

    /// The end, given away if it is known here.
    #[must_use]
    pub fn end(self) -> End {
        self.0
    }
}

impl Status {
    fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Committed(_) => Self::Committed,
            Outcome::Refused(_) | Outcome::Failed(_) => Self::Refused,
            Outcome::Unknown(_) => Self::Unknown,
        }
    }
}

impl Watch {
    /// Where the submission stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.0.outcome.get().map_or(Status::Pending, Status::of)
    }

    /// Waits for the end.
    pub async fn outcome(&self) -> Outcome {
        loop {
            let settled = self.0.settled.notified();
            if let Some(outcome) = self.0.outcome.get() {
                return outcome.clone();
            }
            settled.await;
        }
    }
}

impl Settle {
    /// Says how it ended.
    pub fn settle(self, outcome: Outcome) {
        let _ = self.0.outcome.set(outcome);
        self.0.settled.notify_waiters();
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        let lost =
            || StoreError::Unavailable { context: "the writer stopped before it could answer".into(), source: None };
        if self.0.outcome.get().is_none() {
            let _ = self.0.outcome.set(Outcome::Unknown(lost()));
            self.0.settled.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_who_waits_is_told() {
        let (ticket, settle) = Ticket::pending();
        assert_eq!(ticket.status(), Status::Pending);
        let waiting = tokio::spawn({
            let ticket = ticket.clone();
            async move { ticket.outcome().await }
        });
        tokio::task::yield_now().await;
        settle.settle(Outcome::Failed(StoreError::Closed));
        assert!(matches!(waiting.await, Ok(Outcome::Failed(StoreError::Closed))));
        assert_eq!(ticket.status(), Status::Refused);
    }

    #[tokio::test]
    async fn a_writer_that_vanishes_leaves_the_truth_open() {
        let (ticket, settle) = Ticket::pending();
        drop(settle);
        assert_eq!(ticket.status(), Status::Unknown);
        assert!(matches!(ticket.outcome().await, Outcome::Unknown(_)));
    }
}
