//! A queue as it is, looked up now and then for those who export it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed, Ordering::SeqCst},
};

use ::metrics::{Gauge, SharedString};
use tokio::sync::Semaphore;

use super::{driver::Driver, meter::Meter};
use crate::{
    metrics,
    observe::{Share, pulse},
    store::{PoolVitals, Vitals},
};

/// A queue as it is.
#[derive(Debug)]
pub(super) struct Watched<D> {
    pub(super) driver: Arc<D>,
    pub(super) places: Arc<Semaphore>,
    /// How many places there are.
    room: usize,
    pub(super) meter: Arc<Meter>,
    gauges: Option<Gauges>,
}

#[derive(Debug)]
struct Gauges {
    /// Whether a commit has come since the last look.
    stirred: AtomicBool,
    queue: Share,
    pool: Share,
    idle: Share,
    oldest: Gauge,
    /// Whether a commit was under way at the last look.
    pending: AtomicBool,
}

impl<D: Driver> Watched<D> {
    pub(super) fn start(driver: Arc<D>, room: usize, head: u64) -> Arc<Self> {
        let log = &[SharedString::from(driver.name().to_owned())];
        let exported = metrics::is_recorded();
        if exported {
            metrics::describe();
        }
        let room = room.clamp(1, Semaphore::MAX_PERMITS);
        let watched = Arc::new(Self {
            driver,
            places: Arc::new(Semaphore::new(room)),
            room,
            meter: Arc::new(Meter::new(log, head, exported)),
            gauges: exported.then(|| Gauges::of(log)),
        });
        if exported {
            let looked_up: Arc<dyn pulse::Beat> = Arc::clone(&watched) as _;
            pulse::join(Arc::downgrade(&looked_up));
        }
        watched
    }

    /// Says that a commit comes.
    pub(super) fn stir(&self) {
        if let Some(gauges) = &self.gauges
            && !gauges.stirred.load(Relaxed)
            && !gauges.stirred.swap(true, SeqCst)
        {
            pulse::wake();
        }
    }

    pub(super) fn vitals(&self) -> Vitals {
        Vitals {
            queue_commits: self.room.saturating_sub(self.places.available_permits()),
            queue_limit: Some(self.room),
            oldest_pending: self.meter.oldest_pending(),
            head: Some(self.meter.head()),
            pool: self.driver.pool(),
        }
    }
}

impl<D: Driver> pulse::Beat for Watched<D> {
    fn beat(&self) -> bool {
        let Some(gauges) = &self.gauges else { return false };
        let stirred = gauges.stirred.swap(false, SeqCst);
        let vitals = self.vitals();
        gauges.show(&vitals);
        // What has ended since is to be seen as well.
        stirred || vitals.queue_commits > 0
    }
}

impl Gauges {
    fn of(log: &[SharedString]) -> Self {
        Self {
            stirred: AtomicBool::new(false),
            queue: Share::of(metrics::QUEUE_COMMITS, log),
            pool: Share::of(metrics::POOL_CONNECTIONS, log),
            idle: Share::of(metrics::POOL_IDLE, log),
            oldest: metrics::OLDEST_PENDING.gauge(log),
            pending: AtomicBool::new(false),
        }
    }

    fn show(&self, vitals: &Vitals) {
        self.queue.set(vitals.queue_commits as u64);
        if let Some(PoolVitals { open, idle, .. }) = vitals.pool {
            self.pool.set(open as u64);
            self.idle.set(idle as u64);
        }
        // Ages do not add up: whoever has nothing under way leaves alone what another store on this log has said.
        if self.pending.swap(vitals.oldest_pending.is_some(), Relaxed) || vitals.oldest_pending.is_some() {
            self.oldest.set(vitals.oldest_pending.unwrap_or_default());
        }
    }
}
