//! A gauge that several in one process add up to.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ::metrics::{Gauge, SharedString};

use crate::metrics::Metric;

/// One's own share of a gauge: another store or executor on the same log adds its own. It is taken back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    gauge: Gauge,
    told: AtomicU64,
}

impl Share {
    pub(crate) fn of(metric: Metric, log: &[SharedString]) -> Self {
        Self { gauge: metric.gauge(log), told: AtomicU64::new(0) }
    }

    pub(crate) fn set(&self, value: u64) {
        let told = self.told.swap(value, Relaxed);
        if told != value {
            self.gauge.increment(value as f64 - told as f64);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}
