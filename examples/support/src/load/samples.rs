//! What was measured, one answer each.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// One answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// When it came, from the start.
    pub(super) at: Duration,
    /// How long it took: from when it was due, so that a server that falls behind looks as slow as it is.
    pub(super) took: Duration,
    /// Whether it was a yes.
    pub(super) succeeded: bool,
}

/// What one of those who ask has seen.
#[derive(Debug, Default)]
pub(super) struct Samples {
    pub(super) all: Vec<Sample>,
    /// How often each failure, by its message.
    pub(super) failures: BTreeMap<String, u64>,
}

impl Samples {
    pub(super) fn add(&mut self, start: Instant, due: Instant, answer: Result<(), String>) {
        let now = Instant::now();
        self.all.push(Sample { at: now - start, took: now - due, succeeded: answer.is_ok() });
        if let Err(failure) = answer {
            *self.failures.entry(failure).or_default() += 1;
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.all.extend(other.all);
        for (failure, count) in other.failures {
            *self.failures.entry(failure).or_default() += count;
        }
    }
}

/// The time that so many of a hundred stay under, of sorted times.
pub(super) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_those_that_were_measured() {
        let hundred: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!([50, 95, 99, 100].map(|percent| percentile(&hundred, percent).as_millis()), [50, 95, 99, 100]);
        assert_eq!(percentile(&hundred[..1], 50), Duration::from_millis(1));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }
}
