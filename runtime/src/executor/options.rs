//! What a caller may ask of one execution.

use std::{sync::Arc, time::Duration};

use crate::{
    error::StoreError,
    handle::{AnyState, Shape},
    metadata::Metadata,
    stream::StreamName,
};

#[derive(Clone)]
pub(super) struct Options {
    pub(super) metadata: Metadata,
    pub(super) key: Option<Arc<str>>,
    pub(super) timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) expected: Vec<(StreamName, u64)>,
    pub(super) copies: Vec<Copy>,
    /// A key that names no stream: the execution is refused for it.
    pub(super) fault: Option<Box<StoreError>>,
}

/// A stream of which the caller wants a copy, and how to fold it should the execution be a repeat.
#[derive(Clone)]
pub(super) struct Copy {
    pub(super) stream: StreamName,
    pub(super) shape: &'static Shape,
    pub(super) empty: AnyState,
}

/// How often, and how patiently, a command is tried again after a conflict or a passing fault.
///
/// The pause before a retry is random, between nothing and a bound that doubles from `base` up to `cap`. The first retry after a
/// conflict comes at once: all that was wrong is known then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(super) retries: u32,
    pub(super) base: Duration,
    pub(super) cap: Duration,
}

impl RetryPolicy {
    /// So many retries behind the first attempt, with the usual pauses.
    #[must_use]
    pub const fn retries(retries: u32) -> Self {
        Self { retries, base: Duration::from_millis(1), cap: Duration::from_millis(100) }
    }

    /// With other pauses.
    #[must_use]
    pub const fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The pause before the next attempt behind `attempts` attempts; `None` if there is to be no other.
    pub(crate) fn pause_before(&self, attempts: u32) -> Option<Duration> {
        (attempts <= self.retries).then(|| self.pause(attempts))
    }

    /// The pause before the attempt behind `attempts` attempts.
    pub(crate) fn pause(&self, attempts: u32) -> Duration {
        let doubled = self.base.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.min(self.cap).mul_f64(fastrand::f64())
    }
}

impl Default for RetryPolicy {
    /// Ten retries, with pauses of at most 100 ms.
    fn default() -> Self {
        Self::retries(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_under_the_cap() {
        let policy = RetryPolicy::retries(3).backoff(Duration::from_millis(10), Duration::from_millis(50));
        for attempts in 1..100 {
            let bound = Duration::from_millis(10 << (attempts - 1).min(4)).min(Duration::from_millis(50));
            assert!(policy.pause(attempts) <= bound, "after {attempts}");
        }
    }
}
