//! What is counted of a queue, and how long its oldest commit has waited.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use ::metrics::{Counter, Histogram, SharedString};

use crate::metrics;

/// What is counted of a queue, and how long its oldest commit has waited.
#[derive(Debug)]
pub(super) struct Meter {
    born: Instant,
    /// When the oldest commit under way was submitted, in nanoseconds since `born`; 0 if none is.
    oldest: AtomicU64,
    /// The last position, as far as it is known.
    head: AtomicU64,
    series: Option<Series>,
}

#[derive(Debug)]
struct Series {
    commits: Histogram,
    wait: Histogram,
    append: Histogram,
    again: Counter,
}

impl Meter {
    pub(super) fn new(log: &[SharedString], head: u64, exported: bool) -> Self {
        let series = exported.then(|| Series {
            commits: metrics::BATCH_COMMITS.histogram(log),
            wait: metrics::QUEUE_SECONDS.histogram(log),
            append: metrics::APPEND_SECONDS.histogram(log),
            again: metrics::APPEND_RETRIES.counter(log),
        });
        Self { born: Instant::now(), oldest: AtomicU64::new(0), head: AtomicU64::new(head), series }
    }

    /// A commit was submitted then.
    pub(super) fn submitted(&self, at: Instant) {
        // Whoever is not the first is looked at when the first is sent.
        let _ = self.oldest.compare_exchange(0, self.nanos(at), Ordering::Relaxed, Ordering::Relaxed);
    }

    /// What is under way was submitted then and later; nothing is, if there is no such time.
    pub(super) fn under_way(&self, oldest: Option<Instant>) {
        self.oldest.store(oldest.map_or(0, |oldest| self.nanos(oldest)), Ordering::Relaxed);
    }

    pub(super) fn oldest_pending(&self) -> Option<Duration> {
        let nanos = self.oldest.load(Ordering::Relaxed);
        (nanos > 0).then(|| self.born.elapsed().saturating_sub(Duration::from_nanos(nanos)))
    }

    pub(super) fn head(&self) -> u64 {
        self.head.load(Ordering::Relaxed)
    }

    pub(super) fn reaches(&self, head: u64) {
        self.head.fetch_max(head, Ordering::Relaxed);
    }

    /// A batch of commits that were submitted then is sent for the first time.
    pub(super) fn sent(&self, submitted: impl ExactSizeIterator<Item = Instant>) {
        let Some(series) = &self.series else { return };
        let now = Instant::now();
        series.commits.record(submitted.len() as f64);
        submitted.for_each(|since| series.wait.record(now.saturating_duration_since(since)));
    }

    /// Whether it is worth looking at the clock.
    pub(super) fn clock(&self) -> Option<Instant> {
        self.series.as_ref().map(|_| Instant::now())
    }

    /// The database has answered a batch that was sent then.
    pub(super) fn answered(&self, sent: Option<Instant>) {
        if let Some((series, sent)) = self.series.as_ref().zip(sent) {
            series.append.record(sent.elapsed());
        }
    }

    /// The same batch is sent once more.
    pub(super) fn again(&self) {
        if let Some(series) = &self.series {
            series.again.increment(1);
        }
    }

    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.born).as_nanos();
        u64::try_from(since).unwrap_or(u64::MAX).max(1)
    }
}
