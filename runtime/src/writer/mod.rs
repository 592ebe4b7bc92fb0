//! The group commit: what waits while one batch is made durable goes into the next.

mod batch;
mod driver;
mod ends;
mod gauge;
mod meter;
mod options;
mod plan;
mod readers;
mod service;
#[cfg(test)]
mod tests;
mod watched;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use futures_util::future::{BoxFuture, Either, FutureExt, select};
use tokio::sync::{mpsc, watch};

pub use self::{
    batch::{Batch, Found, Link, Point, Verdict},
    driver::{Driver, Fault},
    options::WriterOptions,
};
use self::{
    gauge::Gauge,
    plan::Waiting,
    readers::Readers,
    service::{Service, Submission, Waiter},
    watched::Watched,
};
use crate::{
    error::StoreError,
    id::CommitId,
    limits,
    store::{
        Commit, Failures, LogPage, LogRead, Outcome, Place, Receipt, Store, StreamPage, StreamRead, Ticket, Vitals,
    },
};

/// A store made of a database [`Driver`]: commits queue up, and go to the database a batch at a time.
///
/// One batch is in flight at any time; an idle queue adds no delay. Cheap to clone: every clone is the same queue. Once the
/// last clone is dropped, what was submitted is still appended.
#[derive(Debug)]
pub struct Batched<D> {
    shared: Arc<Shared<D>>,
}

#[derive(Debug)]
struct Shared<D> {
    watched: Arc<Watched<D>>,
    readers: Arc<Readers<D>>,
    /// `None` once closed: what was sent before is then all there is.
    submissions: RwLock<Option<mpsc::UnboundedSender<Submission>>>,
    bytes: Arc<Gauge>,
    failures: Failures,
    head: watch::Receiver<u64>,
    stopped: watch::Receiver<()>,
}

impl<D> Clone for Batched<D> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<D: Driver> Batched<D> {
    /// Starts the writer on the current tokio runtime. The log reaches at least to `head`.
    #[must_use]
    pub fn start(driver: D, head: u64, options: WriterOptions) -> Self {
        let driver = Arc::new(driver);
        let watched = Watched::start(Arc::clone(&driver), options.queue_commits, head);
        let meter = Arc::clone(&watched.meter);
        let (submissions, incoming) = mpsc::unbounded_channel();
        let (announce, head) = watch::channel(head);
        let (running, stopped) = watch::channel(());
        let failures = Failures::default();
        let service = Service::new(driver, incoming, announce, meter, failures.clone(), options);
        tokio::spawn(async move {
            service.run().await;
            drop(running);
        });
        Self {
            shared: Arc::new(Shared {
                readers: Readers::new(Arc::clone(&watched.driver), options.reads_at_once),
                watched,
                submissions: RwLock::new(Some(submissions)),
                bytes: Gauge::new(options.queue_bytes.max(1)),
                failures,
                head,
                stopped,
            }),
        }
    }

    /// The database under it.
    #[must_use]
    pub fn driver(&self) -> &D {
        &self.shared.watched.driver
    }

    fn enqueue(&self, submission: Submission) {
        let submissions = self.shared.submissions.read().unwrap_or_else(PoisonError::into_inner);
        let refused = match submissions.as_ref() {
            Some(open) => open.send(submission).err().map(|refused| refused.0),
            None => Some(submission),
        };
        if let Some(refused) = refused {
            refused.waiter.settle.settle(Outcome::Failed(StoreError::Closed));
        }
    }
}

impl<D: Driver> Store for Batched<D> {
    fn name(&self) -> &str {
        self.shared.watched.driver.name()
    }

    fn vitals(&self) -> Vitals {
        self.shared.watched.vitals()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        async {
            let place =
                Arc::clone(&self.shared.watched.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
            self.shared.bytes.has_room().await;
            Ok(Place::holding(place).beside(&self.shared.failures))
        }
        .boxed()
    }

    fn submit(&self, place: Place, commit: Commit) -> Ticket {
        let weight = match weigh(&commit) {
            Ok(weight) => weight,
            Err(error) => return Ticket::settled(Outcome::Failed(error)),
        };
        let (ticket, settle) = Ticket::pending();
        let since = Instant::now();
        self.shared.watched.meter.submitted(since);
        self.shared.watched.stir();
        let waiter = Waiter { settle, since, _place: place, _load: self.shared.bytes.load(weight) };
        self.enqueue(Waiting { commit, waiter, weight });
        ticket
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.shared.readers.read(reads).boxed()
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.shared.watched.driver.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.shared.watched.driver.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut head = self.shared.head.clone();
        async move {
            // What this process writes is known here at once; what others write, the driver notices.
            let own = head.wait_for(|head| *head > position).map(|own| own.map(|head| *head));
            match select(Box::pin(own), self.shared.watched.driver.wait_beyond(position)).await {
                Either::Left((Ok(head), _)) => Ok(head),
                Either::Left((Err(_), _)) => Err(StoreError::Closed),
                Either::Right((others, _)) => others,
            }
        }
        .boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.shared.watched.driver.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.shared.submissions.write().unwrap_or_else(PoisonError::into_inner).take();
        self.shared.watched.places.close();
        let mut stopped = self.shared.stopped.clone();
        // The writer holds the other end until it has answered everything.
        async move { while stopped.changed().await.is_ok() {} }.boxed()
    }
}

/// What a commit takes up where it is stored: its metadata stands on each of its events.
fn weigh(commit: &Commit) -> Result<usize, StoreError> {
    const ROW: usize = 100;
    let names: usize = commit.expectations().iter().map(|seen| ROW + seen.stream.as_str().len()).sum();
    let metadata = commit.metadata().size().saturating_add(ROW).saturating_mul(commit.events().len());
    let size = commit.payloads().len().saturating_add(names).saturating_add(metadata);
    let limit = 2 * limits::COMMIT_BYTES;
    if size > limit {
        let what = "the size of a commit in bytes, with its metadata on each event,";
        return Err(StoreError::TooLarge { what, size, limit });
    }
    Ok(size)
}
