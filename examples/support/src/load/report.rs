//! What came of a load, for a person.

use std::{fmt, time::Duration};

use foldline::{PerformanceTargets, Stats};

use super::samples::{Samples, percentile};

/// What came of a load.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) samples: Samples,
    pub(super) took: Duration,
    pub(super) stats: Stats,
}

impl Report {
    /// How many were a yes.
    pub(super) fn succeeded(&self) -> u64 {
        self.samples.all.iter().filter(|sample| sample.succeeded).count() as u64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, succeeded) = (self.samples.all.len(), self.succeeded());
        let rate = count as f64 / self.took.as_secs_f64().max(f64::EPSILON);
        let share = 100.0 * succeeded as f64 / (count as f64).max(1.0);
        writeln!(f, "{count} asked for in {:.2?}: {rate:.0} a second; {share:.2} % succeeded", self.took)?;
        for (failure, count) in &self.samples.failures {
            writeln!(f, "  {count} times: {failure}")?;
        }
        let mut times: Vec<_> = self.samples.all.iter().map(|sample| sample.took).collect();
        times.sort_unstable();
        let [p50, p95, p99, longest] = [50, 95, 99, 100].map(|percent| percentile(&times, percent));
        writeln!(f, "p50 {p50:.2?}   p95 {p95:.2?}   p99 {p99:.2?}   longest {longest:.2?}")?;
        write!(f, "\nAs the executor saw it: {}\n\nHeld against the targets of a service in production: ", self.stats)?;
        match &PerformanceTargets::production().check(&self.stats)[..] {
            [] => f.write_str("all of them are met"),
            breaches => breaches.iter().try_for_each(|breach| write!(f, "\n  {breach}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_report_says_how_many_were_a_yes_and_why_the_others_were_not() {
        let (start, mut samples) = (Instant::now(), Samples::default());
        for answer in [Ok(()), Ok(()), Err("no money".to_owned()), Ok(())] {
            samples.add(start, start, answer);
        }
        let said = Report { samples, took: Duration::from_secs(2), stats: Stats::default() }.to_string();
        let first = "4 asked for in 2.00s: 2 a second; 75.00 % succeeded\n  1 times: no money\np50 ";
        assert!(said.starts_with(first), "{said}");
    }
}
