//! Durations as they were counted: to be read, added up and sent elsewhere.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::buckets::{BUCKETS, bucket_of, middle_of};

/// How long something took, over and over: its mean and its percentiles, each within 3.2 %.
///
/// Two of them add up to one of all, so that several processes can be looked at together. As JSON it shows the figures that
/// a person looks for, beside the counts from which it is read back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Shown", from = "Shown")]
pub struct Latency {
    /// How often, by bucket; none stands here with nothing.
    counts: BTreeMap<usize, u64>,
}

impl Latency {
    pub(super) fn add(&mut self, bucket: usize, count: u64) {
        if count > 0 {
            *self.counts.entry(bucket.min(BUCKETS - 1)).or_default() += count;
        }
    }

    /// How often something was counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The mean; nothing if nothing was counted.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let total: u128 = self.counts.iter().map(|(bucket, n)| u128::from(middle_of(*bucket)) * u128::from(*n)).sum();
        let mean = total.checked_div(u128::from(self.count()))?;
        Some(Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX)))
    }

    /// What so many of a hundred did not exceed: `percentile(99.0)`; nothing if nothing was counted.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let count = self.count();
        // At least the first, at the most the last.
        let rank = ((percent / 100.0 * count as f64).ceil() as u64).clamp(1, count.max(1));
        let mut seen = 0;
        let bucket = self.counts.iter().find(|(_, n)| {
            seen += **n;
            seen >= rank
        });
        bucket.map(|(bucket, _)| Duration::from_nanos(middle_of(*bucket)))
    }

    /// The longest.
    #[must_use]
    pub fn longest(&self) -> Option<Duration> {
        self.counts.last_key_value().map(|(bucket, _)| Duration::from_nanos(middle_of(*bucket)))
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        other.counts.iter().for_each(|(bucket, count)| self.add(*bucket, *count));
    }

    /// What was counted since an earlier look at the same.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = |bucket: &usize| earlier.counts.get(bucket).copied().unwrap_or(0);
        let counts = self.counts.iter().map(|(bucket, count)| (*bucket, count.saturating_sub(before(bucket))));
        Self { counts: counts.filter(|(_, count)| *count > 0).collect() }
    }
}

/// As JSON shows it. Only the counts are read.
#[derive(Serialize, Deserialize)]
struct Shown {
    #[serde(default)]
    count: u64,
    #[serde(default)]
    mean_seconds: Option<f64>,
    #[serde(default)]
    p50_seconds: Option<f64>,
    #[serde(default)]
    p95_seconds: Option<f64>,
    #[serde(default)]
    p99_seconds: Option<f64>,
    #[serde(default)]
    longest_seconds: Option<f64>,
    /// Nanoseconds, and how often something took about as long.
    counts: Vec<(u64, u64)>,
}

impl From<Latency> for Shown {
    fn from(latency: Latency) -> Self {
        let seconds = |took: Option<Duration>| took.map(|took| took.as_secs_f64());
        Self {
            count: latency.count(),
            mean_seconds: seconds(latency.mean()),
            p50_seconds: seconds(latency.percentile(50.0)),
            p95_seconds: seconds(latency.percentile(95.0)),
            p99_seconds: seconds(latency.percentile(99.0)),
            longest_seconds: seconds(latency.longest()),
            counts: latency.counts.iter().map(|(bucket, count)| (middle_of(*bucket), *count)).collect(),
        }
    }
}

impl From<Shown> for Latency {
    fn from(shown: Shown) -> Self {
        let mut latency = Self::default();
        shown.counts.into_iter().for_each(|(nanos, count)| latency.add(bucket_of(nanos), count));
        latency
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Histogram, *};

    /// A thousand commands: 1 ms, 2 ms, … 1 s.
    fn thousand() -> Latency {
        let (histogram, mut latency) = (Histogram::default(), Latency::default());
        (1..=1000).for_each(|ms| histogram.record(Duration::from_millis(ms), 1));
        histogram.add_to(&mut latency);
        latency
    }

    fn near(is: Option<Duration>, should_be: u64) -> bool {
        let off = is.unwrap_or_default().as_secs_f64() / (should_be as f64 / 1000.0) - 1.0;
        off.abs() <= 0.033
    }

    #[test]
    fn percentiles_are_near_the_truth() {
        let latency = thousand();
        assert_eq!(latency.count(), 1000);
        assert!(near(latency.mean(), 500), "{:?}", latency.mean());
        for percent in [1_u32, 50, 95, 99, 100] {
            assert!(near(latency.percentile(f64::from(percent)), u64::from(percent) * 10u64), "{percent}");
        }
        assert!(near(latency.longest(), 1000));
        let none = Latency::default();
        assert_eq!((none.mean(), none.percentile(50.0), none.longest()), (None, None, None));
    }

    #[test]
    fn parts_add_up_and_are_taken_apart_again() {
        let (half, mut all) = (thousand(), thousand());
        all.merge(&half);
        assert_eq!((all.count(), all.percentile(95.0)), (2000, half.percentile(95.0)));
        assert_eq!(all.since(&half), half);
        assert_eq!(all.since(&all), Latency::default());
    }

    #[test]
    fn it_comes_back_from_json_as_it_went() -> Result<(), serde_json::Error> {
        let latency = thousand();
        let json = serde_json::to_string(&latency)?;
        assert!(json.contains(r#""count":1000"#) && json.contains(r#""p99_seconds":"#), "{json}");
        assert_eq!(serde_json::from_str::<Latency>(&json)?, latency);
        Ok(())
    }
}
