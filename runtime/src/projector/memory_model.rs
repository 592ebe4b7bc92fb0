//! The kind in memory, as its runner sees it.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    model::{Model, Opened, Trouble},
    view::{Form, View},
};
use crate::{
    error::StoreError,
    projection::{Delivery, Projection, ProjectionError},
    store::{Checkpoint, Checkpoints, Lease, Parked, Snapshot},
};

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
}

impl<P: Projection + Clone> MemoryModel<P> {
    pub(super) fn new(empty: P, view: View<P>, saved: Saved<P>) -> Self {
        Self { empty, view, saved, parked: None, spoilt: false }
    }

    async fn begin(&mut self) -> Result<Checkpoint, Trouble> {
        let fresh = Checkpoint { code: P::CODE, ..Checkpoint::default() };
        let (checkpoint, value) = match self.restored().await? {
            Some((checkpoint, value)) => (checkpoint, value),
            None => (fresh, self.empty.clone()),
        };
        self.view.change(|old, position| (*old, *position) = (value, checkpoint.position));
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

    async fn take(&mut self, events: &[Delivery<'_>], to: &Checkpoint) -> Result<(), Trouble> {
        let spoilt = &mut self.spoilt;
        self.view.change(|value, position| {
            for (index, event) in events.iter().enumerate() {
                let applied = catch_unwind(AssertUnwindSafe(|| value.apply(*event)));
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
        if self.spoilt {
            return Ok(());
        }
        let (view, write) = (self.view.clone(), form.write);
        // Not here: a large value would keep this thread from everything else.
        let written = tokio::task::spawn_blocking(move || view.read_at(|value, position| (write(value), position)));
        let (text, position) = written.await.map_err(|ended| match ended.try_into_panic() {
            Ok(panic) => Trouble::Broken(ProjectionError::panicked(&*panic)),
            // The runtime is being shut down.
            Err(_) => Trouble::Passing(StoreError::Closed),
        })?;
        let state = Bytes::from(text.map_err(|error| Trouble::Broken(ProjectionError::write(error)))?);
        let checkpoint = Checkpoint { position, ..at.clone() };
        checkpoints.save(P::NAME, &Snapshot { checkpoint, state }).await?;
        Ok(())
    }

    fn lost(&self) -> impl Future<Output = ()> + Send + use<P> {
        pending()
    }

    fn moved(&mut self, _: Option<Lease>, to: &Checkpoint) {
        (self.parked, self.spoilt) = (Some(to.parked.clone()), false);
    }

    async fn close(&mut self) {}

    fn spoil(&mut self) {
        self.spoilt = true;
    }

    fn is_spoilt(&self) -> bool {
        self.spoilt
    }
}
