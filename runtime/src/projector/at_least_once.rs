//! Read models that live elsewhere: at least once, and the position to tell a repetition by.

use std::{error::Error as StdError, fmt, panic::AssertUnwindSafe};

use futures_util::future::FutureExt;

use super::{
    batch::{fold, said},
    kind::Kind,
    lease::Right,
    model::{Model, Opened, Trouble},
    options::ProjectionOptions,
    refused,
    runner::Paused,
};
use crate::{
    error::StoreError,
    projection::{Delivery, Projection},
    store::{AnyStore, Checkpoint, Difference, Lease, Store},
};

/// What takes events somewhere else: to another database, a queue, a mail server.
///
/// Its handlers take the events of a batch in, each in its turn; [`deliver`](Self::deliver) then takes them where they
/// belong. Each batch begins with a clone of the value that was handed to the projector, which is usually empty.
#[diagnostic::on_unimplemented(
    message = "`{Self}` delivers nothing",
    label = "nobody has said where its events are taken",
    note = "write `impl Deliver for {Self}`, whose `deliver` takes there what the handlers took in"
)]
pub trait Deliver: Projection + Clone {
    /// What can go wrong.
    type Error: Into<Box<dyn StdError + Send + Sync>>;

    /// Takes what the handlers took in where it belongs. It stands for everything up to position `until`.
    ///
    /// **At least once.** If it was done and the process ended before that was noted, it is done again, with the same events
    /// and maybe with more behind them. Whoever must not count them twice keeps the position of what was done last, which a
    /// handler finds in the record, and passes over what is not behind it.
    fn deliver(self, until: u64) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Runs what delivers elsewhere: at least once, as the name says.
pub struct AtLeastOnce<P> {
    empty: P,
    from_now: bool,
}

impl<P: Deliver> AtLeastOnce<P> {
    /// Each batch begins with a clone of this.
    #[must_use]
    pub fn new(empty: P) -> Self {
        Self { empty, from_now: false }
    }

    /// Begins with what comes, and not with the first event of the log, when it is run for the first time.
    #[must_use]
    pub fn from_now(mut self) -> Self {
        self.from_now = true;
        self
    }
}

impl<P> fmt::Debug for AtLeastOnce<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtLeastOnce").field("from_now", &self.from_now).finish_non_exhaustive()
    }
}

impl<P: Deliver> Kind for AtLeastOnce<P> {
    const NAME: &'static str = P::NAME;
    const CATEGORIES: &'static [&'static str] = P::CATEGORIES;
    const PARTITIONED: bool = P::PARTITIONED;
    type Model = Delivering<P>;
    type Next = ();

    fn model(&self, store: &AnyStore, name: &str, options: ProjectionOptions) -> Result<Delivering<P>, StoreError> {
        let Some(checkpoints) = store.checkpoints() else {
            return Err(refused(format!("this store does not keep how far `{}` is", P::NAME)));
        };
        let right = Right::new(checkpoints, name, options.term);
        Ok(Delivering { empty: self.empty.clone(), from_now: self.from_now, store: store.clone(), right })
    }

    fn next(&self, _: &AnyStore, _: ProjectionOptions) -> Result<(Delivering<P>, ()), StoreError> {
        Err(refused(format!("`{}` delivers elsewhere, and what was delivered cannot be taken back", P::NAME)))
    }

    async fn differences(&self, _: &AnyStore, (): &()) -> Result<Vec<Difference>, Trouble> {
        Ok(Vec::new())
    }

    async fn swap(&self, _: &AnyStore, (): &(), _: &Paused, _: &[Paused]) -> Result<Vec<Option<Lease>>, Trouble> {
        Err(Trouble::Lost)
    }

    async fn discard(&self, _: &AnyStore) {}
}

/// The kind elsewhere, as its runner sees it.
pub(super) struct Delivering<P> {
    empty: P,
    from_now: bool,
    store: AnyStore,
    right: Right,
}

impl<P: Deliver> Model for Delivering<P> {
    const DURABLE: bool = true;

    fn code(&self) -> u64 {
        P::CODE
    }

    async fn open(&mut self) -> Result<Opened, Trouble> {
        let known = self.right.checkpoints().checkpoint(self.right.name()).await?;
        let begin = match known {
            None if self.from_now => self.store.head().await?,
            _ => 0,
        };
        let start = Checkpoint { position: begin, code: P::CODE, parked: Vec::new() };
        self.right.claim(&start).await
    }

    async fn take(&mut self, events: &[Delivery<'_>], to: &Checkpoint) -> Result<(), Trouble> {
        let batch = fold(&self.empty, events)?;
        // A former owner that was paused must not go on as if nothing was.
        self.right.lease()?;
        // What is called is looked after as well: it may panic before there is a future.
        let delivered = AssertUnwindSafe(async { batch.deliver(to.position).await }).catch_unwind().await;
        said(delivered).map_err(Trouble::Batch)?;
        self.right.advance(to).await
    }

    async fn keep(&mut self, at: &Checkpoint) -> Result<(), Trouble> {
        self.right.advance(at).await
    }

    fn lost(&self) -> impl Future<Output = ()> + Send + use<P> {
        self.right.lost()
    }

    fn lease(&self) -> Option<Lease> {
        self.right.lease().ok()
    }

    fn moved(&mut self, lease: Option<Lease>, _: &Checkpoint) {
        if let Some(lease) = lease {
            self.right.moved(lease);
        }
    }

    async fn close(&mut self) {
        self.right.release().await;
    }
}
