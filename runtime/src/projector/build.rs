//! Building the next of a read model beside the present one, and putting it in its place.

use std::{future::pending, pin::pin, sync::Arc};

use futures_util::future::{BoxFuture, Either, FutureExt, select};
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

/// What is being built, and who is told how far it is.
struct Building<K: Kind> {
    next: Next<K>,
    listener: Listener,
    began: Instant,
}

/// The builder goes on until this is dropped.
struct Next<K: Kind> {
    shares: Arc<Shares<K>>,
    next: K::Next,
    builder: Running,
    /// Where it was once it was about as far as the present one.
    reached: u64,
}

impl<K: Kind> Drop for Next<K> {
    fn drop(&mut self) {
        *self.shares.progress() = None;
    }
}

/// Builds the next beside the present, until it is about as far.
pub(super) async fn build<K: Kind>(
    shares: Arc<Shares<K>>,
    listener: Listener,
) -> Result<Box<dyn Built>, ProjectorError> {
    let store = shares.feed.store().clone();
    let (model, next) = shares.kind.next(&store, shares.options)?;
    let builder = shares.run(model, K::NAME, (0, 1));
    let next = Next { shares, next, builder, reached: 0 };
    let mut building = Building { next, listener, began: Instant::now() };
    let caught_up = building.catch_up().await;
    building.next.unless_failed(caught_up).await?;
    Ok(Box::new(building))
}

impl<K: Kind> Building<K> {
    /// Returns once it is about as far as the log reaches.
    async fn catch_up(&mut self) -> Result<(), ProjectorError> {
        let store = self.next.shares.feed.store().clone();
        let mut report = self.next.builder.report.clone();
        loop {
            let head = store.head().await?;
            let (state, position) = {
                let report = report.borrow_and_update();
                (report.state, report.position)
            };
            match state {
                RunState::Stopped => return Err(self.next.why_it_stopped()),
                RunState::Standby => return Err(self.next.not_here()),
                _ => {}
            }
            let progress = Progress::since(self.began, position, head);
            *self.next.shares.progress() = Some(progress);
            if let Some(listener) = &mut self.listener {
                listener(progress);
            }
            // The rest is done while the present one stands still.
            if head - position.min(head) <= self.next.shares.options.batch as u64 {
                self.next.reached = position;
                return Ok(());
            }
            if report.changed().await.is_err() {
                return Err(self.next.not_here());
            }
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

    /// The builder as it stands still; `None` once it has begun anew, for then the present one would stand still as well until
    /// all of it is built again.
    async fn stood_still(&self, told: impl Future<Output = Option<Paused>>) -> Result<Option<Paused>, ProjectorError> {
        let (mut report, reached) = (self.builder.report.clone(), self.reached);
        let anew = async move {
            if report.wait_for(|report| report.position < reached).await.is_err() {
                // It is gone, and whoever was told is answered so.
                pending::<()>().await;
            }
        };
        match select(pin!(told), pin!(anew)).await {
            Either::Left((None, _)) => Err(self.why_it_stopped()),
            Either::Left((Some(paused), _)) => Ok(Some(paused).filter(|paused| paused.checkpoint.position >= reached)),
            Either::Right(_) => Ok(None),
        }
    }

    /// What differs; `None` if what is being built has begun anew meanwhile.
    async fn compare(&self) -> Result<Option<Vec<Difference>>, ProjectorError> {
        let Some(builder) = self.stood_still(self.builder.pause(0)).await? else { return Ok(None) };
        let shares = self.pause_shares(0).await?;
        let furthest = shares.iter().map(|paused| paused.checkpoint.position).max().unwrap_or(0);
        let meeting = furthest.max(builder.checkpoint.position);
        // All of them can get there, and none is beyond: each is told before any of them goes on.
        let building = self.builder.pause_next(meeting);
        let serving: Vec<_> = self.shares.runs.iter().map(|run| run.pause_next(meeting)).collect();
        drop((builder, shares));
        let Some(_builder) = self.stood_still(arrived(building)).await? else { return Ok(None) };
        let mut _shares = Vec::with_capacity(serving.len());
        for share in serving {
            _shares.push(arrived(share).await.ok_or_else(|| self.not_here())?);
        }
        let found = self.shares.kind.differences(self.shares.feed.store(), &self.next).await;
        found.map(Some).map_err(|trouble| ProjectorError::of(K::NAME, trouble))
    }

    /// Puts it in the place of the present one; `None` if it has begun anew meanwhile.
    async fn take_its_place(&self) -> Result<Option<()>, ProjectorError> {
        let shares = self.pause_shares(0).await?;
        let furthest = shares.iter().map(|paused| paused.checkpoint.position).max().unwrap_or(0);
        let Some(builder) = self.stood_still(self.builder.pause(furthest)).await? else { return Ok(None) };
        let swapped = self.shares.kind.swap(self.shares.feed.store(), &self.next, &builder, &shares).await;
        let leases = swapped.map_err(|trouble| ProjectorError::of(K::NAME, trouble))?;
        let count = shares.len();
        for ((nth, share), lease) in shares.into_iter().enumerate().zip(leases) {
            let _ = share.go_on.send((lease, part_of(&builder.checkpoint, nth, count)));
        }
        Ok(Some(()))
    }

    /// After a failure nothing is left behind, unless somebody else is building it now.
    async fn unless_failed<T>(&self, done: Result<T, ProjectorError>) -> Result<T, ProjectorError> {
        let theirs = self.builder.report.borrow().state == RunState::Standby;
        if done.is_err() && !theirs {
            self.discard().await;
        }
        done
    }

    async fn discard(&self) {
        self.builder.stop().await;
        self.shares.kind.discard(self.shares.feed.store()).await;
    }
}

impl<K: Kind> Building<K> {
    async fn compare(&mut self) -> Result<Vec<Difference>, ProjectorError> {
        loop {
            if let Some(found) = self.next.compare().await? {
                return Ok(found);
            }
            self.catch_up().await?;
        }
    }

    async fn take_its_place(&mut self) -> Result<(), ProjectorError> {
        while self.next.take_its_place().await?.is_none() {
            self.catch_up().await?;
        }
        Ok(())
    }
}

impl<K: Kind> Built for Building<K> {
    fn differences(&mut self) -> BoxFuture<'_, Result<Vec<Difference>, ProjectorError>> {
        async {
            let found = self.compare().await;
            self.next.unless_failed(found).await
        }
        .boxed()
    }

    fn swap(&mut self) -> BoxFuture<'_, Result<(), ProjectorError>> {
        async {
            let swapped = self.take_its_place().await;
            self.next.unless_failed(swapped).await
        }
        .boxed()
    }

    fn discard(&mut self) -> BoxFuture<'_, ()> {
        self.next.discard().boxed()
    }
}
