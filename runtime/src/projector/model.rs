//! What a runner asks of a read model, whatever kind it is of.

use crate::{
    error::StoreError,
    projection::{Delivery, ProjectionError},
    store::{Checkpoint, Lease},
};

/// Where a read model begins.
#[derive(Debug)]
pub(super) enum Opened {
    /// With this, and it is ours to run.
    Ours(Checkpoint),
    /// It is somebody else's, and so far.
    Theirs(Checkpoint),
}

/// Why a batch was not taken in.
#[derive(Debug)]
pub(super) enum Trouble {
    /// This event cannot be.
    Event {
        index: usize,
        error: ProjectionError,
        /// Whether those before it were.
        before: bool,
    },
    /// One of them cannot be, and nobody knows which. None was.
    Batch(ProjectionError),
    /// The store cannot just now.
    Passing(StoreError),
    /// It is somebody else's to run now.
    Lost,
    /// It cannot go on, whatever comes.
    Broken(ProjectionError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        if error.is_transient() { Self::Passing(error) } else { Self::Broken(error.into()) }
    }
}

/// A read model as its runner sees it.
pub(super) trait Model: Send + Sized + 'static {
    /// Whether what was taken in is durable at once.
    const DURABLE: bool;

    /// What stands for the code that takes events in.
    fn code(&self) -> u64;

    /// Finds out where to begin, and whether it is ours to run.
    fn open(&mut self) -> impl Future<Output = Result<Opened, Trouble>> + Send;

    /// Takes the right to run it, for somebody who will put it elsewhere: what it holds need not be fit to go on with.
    fn take_hold(&mut self) -> impl Future<Output = Result<Opened, Trouble>> + Send {
        self.open()
    }

    /// Takes events in, and is then at `to`. All, or as its [`Trouble`] says.
    fn take(&mut self, events: &[Delivery<'_>], to: &Checkpoint) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// Makes durable that it is at `at`, where taking events in did not.
    fn keep(&mut self, at: &Checkpoint) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// Returns when it has become somebody else's to run.
    fn lost(&self) -> impl Future<Output = ()> + Send + use<Self>;

    /// The right by which it is run, if it takes one.
    fn lease(&self) -> Option<Lease> {
        None
    }

    /// Somebody put it elsewhere, and the right with it.
    fn moved(&mut self, lease: Option<Lease>, to: &Checkpoint);

    /// Lets somebody else run it.
    fn close(&mut self) -> impl Future<Output = ()> + Send;

    /// What it holds may be half of something.
    fn spoil(&mut self) {}

    /// Whether what it holds can no longer be relied on, so that it has to be opened again before it goes on.
    fn is_spoilt(&self) -> bool {
        false
    }
}
