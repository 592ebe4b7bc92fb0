//! Building the next of a read model beside the present one, and putting it in its place.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use tokio::{sync::oneshot, time::Instant};

use super::{
    error::ProjectorError,
    kind::Kind,
    runner::{Paused, part_of},
    shares::{Running, Shares},
    status::{Progress, RunState},
};
use crate::store::{Difference, Store};

pub(super) type Listener = Option<Box<dyn FnMut(Progress) + Send>>;

/// What was built, its kind forgotten.
pub(super) trait Built: Send {
    fn differences(&mut self) -> BoxFuture<'_, Result<Vec<Difference>, ProjectorError>>;
    fn swap(&mut self) -> BoxFuture<'_, Result<(), ProjectorError>>;
    fn discard(&mut self) -> BoxFuture<'_, ()>;
}

/// The builder goes on until this is dropped.
struct Next<K: Kind> {
    shares: Arc<Shares<K>>,
    next: K::Next,
    builder: Running,
}

impl<K: Kind> Drop for Next<K> {
    fn drop(&mut self) {
        *self.shares.progress() = None;
    }
}

/// Builds the next beside the present, until it is about as far.
pub(super) async fn build<K: Kind>(
    shares: Arc<Shares<K>>,
    mut listener: Listener,
) -> Result<Box<dyn Built>, ProjectorError> {
    let store = shares.feed.store().clone();
    let (model, next) = shares.kind.next(&store, shares.options)?;
    let builder = shares.run(model, K::NAME, (0, 1));
    let mut next = Next { shares, next, builder };
    let (began, mut report) = (Instant::now(), next.builder.report.clone());
    loop {
        let head = store.head().await?;
        let (state, position) = {
            let report = report.borrow_and_update();
            (report.state, report.position)
        };
        match state {
            RunState::Stopped => {
                let why = next.why_it_stopped();
                next.discard().await;
                return Err(why);
            }
            RunState::Standby => return Err(ProjectorError::NotHere { projection: K::NAME.to_owned() }),
            _ => {}
        }
        let progress = Progress::since(began, position, head);
        *next.shares.progress() = Some(progress);
        if let Some(listener) = &mut listener {
            listener(progress);
        }
        // The rest is done while the present one stands still.
        if head - position.min(head) <= next.shares.options.batch as u64 {
            return Ok(Box::new(next));
        }
        if report.changed().await.is_err() {
            return Err(ProjectorError::NotHere { projection: K::NAME.to_owned() });
        }
    }
}

/// A runner that was told where to stand still, once it does.
async fn arrived(told: Option<oneshot::Receiver<Paused>>) -> Option<Paused> {
    told?.await.ok()
}

impl<K: Kind> Next<K> {
    fn why_it_stopped(&self) -> ProjectorError {
        let projection = K::NAME.to_owned();
        match self.builder.report.borrow().last_error.clone() {
            Some(failure) => ProjectorError::Failed { projection, failure: Box::new(failure) },
            None => ProjectorError::NotHere { projection },
        }
    }

    fn not_here(&self) -> ProjectorError {
        ProjectorError::NotHere { projection: K::NAME.to_owned() }
    }

    /// Lets every runner of the present one stand still, at this position or wherever they are.
    async fn pause_shares(&self, at: u64) -> Result<Vec<Paused>, ProjectorError> {
        let mut paused = Vec::with_capacity(self.shares.runs.len());
        for run in &self.shares.runs {
            let held = run.pause(at).await;
            paused.push(held.ok_or_else(|| self.not_here())?);
        }
        Ok(paused)
    }

    async fn pause_builder(&self, at: u64) -> Result<Paused, ProjectorError> {
        self.builder.pause(at).await.ok_or_else(|| self.why_it_stopped())
    }

    async fn compare(&self) -> Result<Vec<Difference>, ProjectorError> {
        let (builder, shares) = (self.pause_builder(0).await?, self.pause_shares(0).await?);
        let furthest = shares.iter().map(|paused| paused.checkpoint.position).max().unwrap_or(0);
        let meeting = furthest.max(builder.checkpoint.position);
        // All of them can get there, and none is beyond: each is told before any of them goes on.
        let building = self.builder.pause_next(meeting);
        let serving: Vec<_> = self.shares.runs.iter().map(|run| run.pause_next(meeting)).collect();
        drop((builder, shares));
        let _builder = arrived(building).await.ok_or_else(|| self.why_it_stopped())?;
        let mut _shares = Vec::with_capacity(serving.len());
        for share in serving {
            _shares.push(arrived(share).await.ok_or_else(|| self.not_here())?);
        }
        let found = self.shares.kind.differences(self.shares.feed.store(), &self.next).await;
        found.map_err(|trouble| ProjectorError::of(K::NAME, trouble))
    }

    async fn take_its_place(&self) -> Result<(), ProjectorError> {
        let shares = self.pause_shares(0).await?;
        let furthest = shares.iter().map(|paused| paused.checkpoint.position).max().unwrap_or(0);
        let builder = self.pause_builder(furthest).await?;
        let swapped = self.shares.kind.swap(self.shares.feed.store(), &self.next, &builder, &shares).await;
        let leases = swapped.map_err(|trouble| ProjectorError::of(K::NAME, trouble))?;
        let count = shares.len();
        for ((nth, share), lease) in shares.into_iter().enumerate().zip(leases) {
            let _ = share.go_on.send((lease, part_of(&builder.checkpoint, nth, count)));
        }
        Ok(())
    }
}

impl<K: Kind> Next<K> {
    /// After a failure nothing is left behind, unless somebody else is building it now.
    async fn unless_failed<T>(&mut self, done: Result<T, ProjectorError>) -> Result<T, ProjectorError> {
        let theirs = self.builder.report.borrow().state == RunState::Standby;
        if done.is_err() && !theirs {
            self.discard().await;
        }
        done
    }
}

impl<K: Kind> Built for Next<K> {
    fn differences(&mut self) -> BoxFuture<'_, Result<Vec<Difference>, ProjectorError>> {
        async {
            let found = self.compare().await;
            self.unless_failed(found).await
        }
        .boxed()
    }

    fn swap(&mut self) -> BoxFuture<'_, Result<(), ProjectorError>> {
        async {
            let swapped = self.take_its_place().await;
            self.unless_failed(swapped).await
        }
        .boxed()
    }

    fn discard(&mut self) -> BoxFuture<'_, ()> {
        async {
            self.builder.stop().await;
            self.shares.kind.discard(self.shares.feed.store()).await;
        }
        .boxed()
    }
}
