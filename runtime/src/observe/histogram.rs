//! Durations as they come, counted by bucket.

use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::{
    buckets::{BUCKETS, bucket_of},
    latency::Latency,
};

/// How often what took how long. About 5 KB, whatever is counted.
#[derive(Debug)]
pub(crate) struct Histogram(Box<[AtomicU64; BUCKETS]>);

impl Default for Histogram {
    fn default() -> Self {
        Self(Box::new(array::from_fn(|_| AtomicU64::new(0))))
    }
}

impl Histogram {
    /// Counts something that took so long, `times` over.
    pub(crate) fn record(&self, took: Duration, times: u64) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        if let Some(bucket) = self.0.get(bucket_of(nanos)) {
            bucket.fetch_add(times, Ordering::Relaxed);
        }
    }

    /// Adds what was counted so far.
    pub(crate) fn add_to(&self, latency: &mut Latency) {
        for (bucket, count) in self.0.iter().enumerate() {
            latency.add(bucket, count.load(Ordering::Relaxed));
        }
    }
}
