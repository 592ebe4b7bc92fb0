//! What is counted of connections.

use std::{sync::Arc, time::Instant};

use ::metrics::{Counter, Histogram, SharedString};

use super::faults::Kind;
use crate::metrics;

/// What is counted of connections, if somebody exports it.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Option<Arc<Series>>);

#[derive(Debug)]
struct Series {
    errors: Counter,
    wait: Histogram,
}

impl Meter {
    pub(crate) fn of(log: &str) -> Self {
        let log = &[SharedString::from(log.to_owned())];
        let series =
            || Series { errors: metrics::CONNECTION_ERRORS.counter(log), wait: metrics::POOL_SECONDS.histogram(log) };
        Self(metrics::is_recorded().then(|| Arc::new(series())))
    }

    /// An error came, maybe of the connection.
    pub(crate) fn error(&self, kind: Kind) {
        if kind == Kind::Connection {
            self.broken();
        }
    }

    /// The server could not be reached, or a connection to it broke.
    pub(crate) fn broken(&self) {
        if let Some(series) = &self.0 {
            series.errors.increment(1);
        }
    }

    /// Whether it is worth looking at the clock.
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.0.as_ref().map(|_| Instant::now())
    }

    /// Somebody who waited for a connection since then has one.
    pub(crate) fn waited(&self, since: Option<Instant>) {
        if let Some((series, since)) = self.0.as_ref().zip(since) {
            series.wait.record(since.elapsed());
        }
    }
}
