//! How far projections are, and who runs them: what is kept beside the log.

use std::{fmt::Debug, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::{error::StoreError, id::CommitId, projection::ProjectionError, recorded::RawEvent, time::Timestamp};

/// How far a projection is, and what it has left aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The position up to which everything was taken in.
    pub position: u64,
    /// What stands for the code that took it in.
    pub code: u64,
    /// The streams that were left aside.
    pub parked: Vec<Parked>,
}

/// A stream that a projection has left aside since one of its events could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Parked {
    /// The stream's name.
    pub stream: String,
    /// The version of the first event that was not taken in; none behind it was either.
    pub version: u64,
    /// That event's position.
    pub position: u64,
    /// The name it is stored under.
    pub event: String,
    /// Why it could not be taken in.
    pub error: String,
    /// When the stream was left aside.
    pub since: Timestamp,
}

/// The right to run a projection, and to move its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What the checkpoint is kept under.
    pub name: Arc<str>,
    /// Who runs it: fresh for every run.
    pub owner: u128,
    /// Moves with every step and every new owner. Whoever comes with another than stands there has lost the right, or
    /// comes a second time.
    pub fence: u64,
    /// How long nobody else gets the right, from the last sign of life on.
    pub term: Duration,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The right is ours.
    Granted(Lease, Checkpoint),
    /// Somebody else has it; this is how far they are.
    Held(Checkpoint),
}

/// The value of a projection in memory, as it was at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// How far it was.
    pub checkpoint: Checkpoint,
    /// The value, as its owner wrote it.
    pub state: Bytes,
}

/// Where projections leave how far they are.
///
/// # Laws
///
/// 1. **One owner.** A claim is granted to one owner at a time: to whoever comes first, and to another only once the term of
///    the last sign of life is over, or the right was given back. Time is the store's own.
/// 2. **Fenced.** A step is taken exactly when the lease's fence is the one that stands there, and moves it. What a former
///    owner sends late, and what an owner sends twice, changes nothing.
/// 3. **Durable.** What was answered is kept, as durably as events are.
pub trait Checkpoints: Debug + Send + Sync + 'static {
    /// Asks for the right to run a projection. What is not known yet begins at `start`.
    fn claim<'a>(&'a self, claimed: &'a Lease, start: &'a Checkpoint) -> BoxFuture<'a, Result<Claim, StoreError>>;

    /// Gives a sign of life; `false` if the right is somebody else's.
    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Moves the checkpoint; `None` if the right is lost.
    fn advance<'a>(&'a self, lease: &'a Lease, to: &'a Checkpoint) -> BoxFuture<'a, Result<Option<Lease>, StoreError>>;

    /// Gives the right back, so that nobody has to wait for it.
    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>>;

    /// How far a projection is, whoever runs it.
    fn checkpoint<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Checkpoint>, StoreError>>;

    /// The value that was last saved under a name.
    fn snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, StoreError>>;

    /// Saves a value, unless one of the same code from further on is there.
    fn save<'a>(&'a self, name: &'a str, snapshot: &'a Snapshot) -> BoxFuture<'a, Result<(), StoreError>>;
}

impl Parked {
    /// A stream that is left aside from this event on.
    #[must_use]
    pub fn from_event(event: &RawEvent, error: &ProjectionError) -> Self {
        Self {
            stream: event.stream().to_string(),
            version: event.version(),
            position: event.position(),
            event: event.name().to_owned(),
            error: cut(error.to_string()),
            since: Timestamp::now(),
        }
    }
}

/// What is left aside is kept with the checkpoint and written with each step: an error may not say more than so much.
fn cut(mut said: String) -> String {
    const BYTES: usize = 1000;
    if said.len() > BYTES {
        said.truncate((0..=BYTES).rev().find(|end| said.is_char_boundary(*end)).unwrap_or(0));
        said.push('…');
    }
    said
}

impl Lease {
    /// A right that is yet to be claimed, by an owner that nobody else is.
    #[must_use]
    pub fn unclaimed(name: &str, term: Duration) -> Self {
        Self { name: name.into(), owner: CommitId::fresh().as_u128(), fence: 0, term }
    }
}
