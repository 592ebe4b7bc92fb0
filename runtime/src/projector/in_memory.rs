//! Read models in this process's memory, and the handles by which they are read.

use std::{
    fmt,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::model::{Model, Opened, Trouble};
use crate::{
    error::StoreError,
    projection::{Delivery, Projection, ProjectionError},
    recorded::RawEvent,
    store::{Checkpoint, Checkpoints, Parked, Snapshot},
};

/// A read model in this process's memory: each process that wants it folds its own.
///
/// ```
/// # use foldline_runtime::{Delivery, InMemory, Projection, ProjectionError};
/// # #[derive(Default, Clone)] struct Holdings { total: u64 }
/// # impl Projection for Holdings {
/// #     const NAME: &'static str = "holdings";
/// #     const CATEGORIES: &'static [&'static str] = &["account"];
/// #     fn apply(&mut self, _: Delivery<'_>) -> Result<(), ProjectionError> { Ok(()) }
/// # }
/// let holdings = InMemory::new(Holdings::default());
/// let view = holdings.view();
/// // … hand `holdings` to a projector, and read:
/// assert_eq!(view.read(|holdings| holdings.total), 0);
/// ```
pub struct InMemory<P> {
    pub(super) empty: P,
    pub(super) view: View<P>,
    pub(super) saved: Option<Form<P>>,
}

/// How a value is written down.
pub(super) struct Form<P> {
    write: fn(&P) -> Result<Vec<u8>, serde_json::Error>,
    read: fn(&[u8]) -> Result<P, serde_json::Error>,
}

impl<P> Clone for Form<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Form<P> {}

impl<P: Projection + Clone> InMemory<P> {
    /// A read model that is this before the first event.
    #[must_use]
    pub fn new(empty: P) -> Self {
        let view = View(Arc::new(RwLock::new(At { position: 0, value: empty.clone() })));
        Self { empty, view, saved: None }
    }

    /// Saves its value beside the log now and then, as JSON, so that it need not be folded from the first event when the
    /// process starts. One that other code has saved is thrown away.
    #[must_use]
    pub fn saved(mut self) -> Self
    where
        P: Serialize + DeserializeOwned,
    {
        self.saved = Some(Form { write: |value| serde_json::to_vec(value), read: |text| serde_json::from_slice(text) });
        self
    }

    /// A handle by which it is read.
    #[must_use]
    pub fn view(&self) -> View<P> {
        self.view.clone()
    }
}

impl<P> fmt::Debug for InMemory<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").field("saved", &self.saved.is_some()).finish_non_exhaustive()
    }
}

/// Reads a model in memory. Cheap to clone.
pub struct View<P>(Arc<RwLock<At<P>>>);

#[derive(Debug)]
struct At<P> {
    position: u64,
    value: P,
}

impl<P> View<P> {
    /// Looks at the value, as it is between two batches of events. It does not change meanwhile, so do not look for long:
    /// take out what is wanted.
    pub fn read<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.read_at(|value, _| look(value))
    }

    /// The same, with the position that the value is at.
    pub fn read_at<T>(&self, look: impl FnOnce(&P, u64) -> T) -> T {
        let at = self.0.read().unwrap_or_else(PoisonError::into_inner);
        look(&at.value, at.position)
    }

    /// The position that the value is at.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.read_at(|_, position| position)
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut P, &mut u64) -> T) -> T {
        let mut at = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let At { position, value } = &mut *at;
        change(value, position)
    }
}

impl<P> Clone for View<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for View<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}

/// Where a value is saved, and how.
type Saved<P> = Option<(Arc<dyn Checkpoints>, Form<P>)>;

/// The kind in memory, as its runner sees it.
pub(super) struct MemoryModel<P> {
    empty: P,
    view: View<P>,
    saved: Saved<P>,
    /// What it has left aside; `None` before it was opened.
    parked: Option<Vec<Parked>>,
    /// A handler panicked half-way.
    spoilt: bool,
    /// The position that was last saved.
    last_saved: u64,
}

impl<P: Projection + Clone> MemoryModel<P> {
    pub(super) fn new(empty: P, view: View<P>, saved: Saved<P>) -> Self {
        Self { empty, view, saved, parked: None, spoilt: false, last_saved: 0 }
    }

    async fn begin(&mut self) -> Result<Checkpoint, Trouble> {
        let fresh = Checkpoint { code: P::CODE, ..Checkpoint::default() };
        let (checkpoint, value) = match self.restored().await? {
            Some((checkpoint, value)) => (checkpoint, value),
            None => (fresh, self.empty.clone()),
        };
        self.view.change(|old, position| (*old, *position) = (value, checkpoint.position));
        self.last_saved = checkpoint.position;
        let mut checkpoint = checkpoint;
        // What was left aside since then stays so.
        for parked in self.parked.take().unwrap_or_default() {
            if checkpoint.parked.iter().all(|known| known.stream != parked.stream) {
                checkpoint.parked.push(parked);
            }
        }
        Ok(checkpoint)
    }

    /// What was saved, if it was by this code, and can be read.
    async fn restored(&self) -> Result<Option<(Checkpoint, P)>, Trouble> {
        let Some((checkpoints, form)) = &self.saved else { return Ok(None) };
        let Some(snapshot) = checkpoints.snapshot(P::NAME).await? else { return Ok(None) };
        if snapshot.checkpoint.code != P::CODE {
            return Ok(None);
        }
        let read = form.read;
        let text = snapshot.state;
        let value = tokio::task::spawn_blocking(move || read(&text)).await;
        // What does not read was written by a form of the type that this code's mark does not know of.
        Ok(value.ok().and_then(Result::ok).map(|value| (snapshot.checkpoint, value)))
    }
}

impl<P: Projection + Clone> Model for MemoryModel<P> {
    const DURABLE: bool = false;

    fn code(&self) -> u64 {
        P::CODE
    }

    async fn open(&mut self) -> Result<Opened, Trouble> {
        let checkpoint = match &self.parked {
            Some(parked) if !self.spoilt => {
                Checkpoint { position: self.view.position(), code: P::CODE, parked: parked.clone() }
            }
            _ => self.begin().await?,
        };
        (self.spoilt, self.parked) = (false, Some(checkpoint.parked.clone()));
        Ok(Opened::Ours(checkpoint))
    }

    async fn take(&mut self, events: &[&RawEvent], to: &Checkpoint) -> Result<(), Trouble> {
        let spoilt = &mut self.spoilt;
        self.view.change(|value, position| {
            for (index, event) in events.iter().enumerate() {
                let applied = catch_unwind(AssertUnwindSafe(|| value.apply(Delivery::of(event))));
                let error = match applied {
                    Ok(Ok(())) => continue,
                    Ok(Err(error)) => error,
                    Err(panic) => {
                        *spoilt = true;
                        ProjectionError::panicked(&*panic)
                    }
                };
                *position = event.position().saturating_sub(1).max(*position);
                return Err(Trouble::Event { index, error, before: true });
            }
            *position = to.position;
            Ok(())
        })?;
        self.parked = Some(to.parked.clone());
        Ok(())
    }

    async fn keep(&mut self, at: &Checkpoint) -> Result<(), Trouble> {
        self.parked = Some(at.parked.clone());
        let Some((checkpoints, form)) = &self.saved else { return Ok(()) };
        if self.spoilt || (at.position == self.last_saved && at.parked.is_empty()) {
            return Ok(());
        }
        let (view, write) = (self.view.clone(), form.write);
        // Not here: a large value would keep this thread from everything else.
        let written = tokio::task::spawn_blocking(move || view.read_at(|value, position| (write(value), position)));
        let (text, position) = written.await.map_err(|_| Trouble::Passing(StoreError::Closed))?;
        let state = Bytes::from(text.map_err(|error| Trouble::Broken(ProjectionError::write(error)))?);
        let checkpoint = Checkpoint { position, ..at.clone() };
        checkpoints.save(P::NAME, &Snapshot { checkpoint, state }).await?;
        self.last_saved = position;
        Ok(())
    }

    fn lost(&self) -> impl Future<Output = ()> + Send + use<P> {
        pending()
    }

    async fn close(&mut self) {}

    fn is_spoilt(&self) -> bool {
        self.spoilt
    }
}
