//! Times, counted in buckets: as much memory after an hour as after a second.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Buckets a doubling: a time is known to an eighth.
const FINE: usize = 8;
const DOUBLINGS: usize = 40;

/// How many commands took how long.
#[derive(Debug)]
pub(crate) struct Histogram(Vec<AtomicU64>);

impl Histogram {
    pub(crate) fn new() -> Self {
        Self((0..FINE * DOUBLINGS).map(|_| AtomicU64::new(0)).collect())
    }

    pub(crate) fn record(&self, time: Duration) {
        if let Some(bucket) = self.0.get(bucket(time)).or(self.0.last()) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted since it was last taken.
    pub(crate) fn take(&self) -> Counts {
        Counts(self.0.iter().map(|bucket| bucket.swap(0, Ordering::Relaxed)).collect())
    }
}

/// What a [`Histogram`] had counted.
#[derive(Debug)]
pub(crate) struct Counts(Vec<u64>);

impl Counts {
    pub(crate) fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Within what time this share was done: the upper end of a bucket.
    pub(crate) fn within(&self, share: f64) -> Duration {
        let wanted = (self.all() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (nth, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return end(nth);
            }
        }
        Duration::ZERO
    }
}

/// Nanoseconds by their highest bit, and the three bits behind it.
fn bucket(time: Duration) -> usize {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(FINE as u64);
    let power = nanos.ilog2() as usize;
    (power - 3) * FINE + (nanos >> (power - 3)) as usize % FINE
}

fn end(bucket: usize) -> Duration {
    let (power, part) = (bucket / FINE, bucket % FINE);
    Duration::from_nanos(((FINE + part + 1) as u64) << power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_known_to_an_eighth() {
        for nanos in [8, 100, 999, 12_345, 1_000_000, 59_999_999_999] {
            let (histogram, time) = (Histogram::new(), Duration::from_nanos(nanos));
            histogram.record(time);
            let told = histogram.take().within(0.5);
            assert!(told > time && told <= time + time / 8 + Duration::from_nanos(1), "{time:?} is told as {told:?}");
            assert_eq!(histogram.take().all(), 0, "what was taken is gone");
        }
    }

    #[test]
    fn shares_are_of_all() {
        let histogram = Histogram::new();
        (1..=100).for_each(|millis| histogram.record(Duration::from_millis(millis)));
        let counts = histogram.take();
        assert!(counts.within(0.5) >= Duration::from_millis(50) && counts.within(0.5) < Duration::from_millis(58));
        assert!(counts.within(0.99) >= Duration::from_millis(99));
    }
}
