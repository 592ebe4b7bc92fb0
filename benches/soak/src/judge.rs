//! Whether something has grown. Pure.

use crate::watch::Sample;

/// One thing that was looked at, early and late.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) what: &'static str,
    pub(crate) early: f64,
    pub(crate) late: f64,
    /// The most that late may be.
    pub(crate) most: f64,
    pub(crate) unit: &'static str,
    pub(crate) holds: bool,
}

const MIB: f64 = 1024.0 * 1024.0;

/// Compares the second fifth of the looks with the last: the first is when caches fill and connections open.
pub(crate) fn judge(samples: &[Sample]) -> Vec<Finding> {
    let memory = |sample: &Sample| sample.memory as f64 / MIB;
    let p50 = |sample: &Sample| sample.p50.as_secs_f64() * 1e3;
    let p99 = |sample: &Sample| sample.p99.as_secs_f64() * 1e3;
    // An allocator keeps a little here and there; a leak of eight bytes a command shows in ten minutes.
    let findings = [
        finding(samples, "memory", "MiB", memory, |early| early * 1.1 + 4.0),
        // A machine has neighbours: what grows with the log doubles, and more.
        finding(samples, "p50", "ms", p50, |early| early * 1.5),
        finding(samples, "p99", "ms", p99, |early| early * 3.0),
        finding(samples, "between two commands", "ms", |sample| 1e3 / sample.rate, |early| early * 1.1),
    ];
    findings.into()
}

fn finding(
    samples: &[Sample],
    what: &'static str,
    unit: &'static str,
    of: impl Fn(&Sample) -> f64,
    most: impl Fn(f64) -> f64,
) -> Finding {
    let fifth = samples.len() / 5;
    let (early, late) = (samples.get(fifth..2 * fifth), samples.get(samples.len() - fifth..));
    let [early, late] = [early, late].map(|some| median(some.unwrap_or_default().iter().map(&of)));
    let most = most(early);
    // What nobody measured has not been shown to be flat.
    Finding { what, early, late, most, unit, holds: early > 0.0 && late > 0.0 && late <= most }
}

fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = of.filter(|figure| figure.is_finite()).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn samples(of: impl Fn(u64) -> (u64, u64)) -> Vec<Sample> {
        let sample = |(memory, micros)| Sample {
            rate: 1000.0,
            p50: Duration::from_micros(micros),
            p99: Duration::from_micros(5 * micros),
            memory: memory * 1024 * 1024,
        };
        (0..50).map(of).map(sample).collect()
    }

    fn grown(samples: &[Sample]) -> Vec<&'static str> {
        judge(samples).iter().filter(|finding| !finding.holds).map(|finding| finding.what).collect()
    }

    #[test]
    fn what_fills_at_first_and_what_rises_once_is_flat() {
        assert!(grown(&samples(|n| (40.min(20 + 4 * n), if n == 45 { 9000 } else { 300 }))).is_empty());
    }

    #[test]
    fn what_grows_is_seen() {
        assert_eq!(grown(&samples(|n| (40 + n, 300))), ["memory"]);
        assert_eq!(grown(&samples(|n| (40, 300 + 10 * n))), ["p50"]);
        assert_eq!(grown(&samples(|n| (40, 300 + 10 * n * n))), ["p50", "p99"]);
    }

    #[test]
    fn nothing_measured_is_nothing_shown() {
        assert_eq!(grown(&samples(|_| (0, 300))), ["memory"]);
        assert_eq!(grown(&[]).len(), 4);
    }
}
