//! Figures as Markdown.

use std::{fmt::Write as _, time::Duration};

use crate::drive::Measured;

/// What one system made of one workload at one concurrency, over all rounds.
#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) rounds: Vec<Round>,
}

/// One round, without the single times.
pub(crate) struct Round {
    rate: f64,
    within: [Duration; 3],
    retried: Option<u64>,
    conflicts: u64,
    failed: u64,
    done: u64,
    client: f64,
    server: f64,
    verdict: Result<(), String>,
}

impl Round {
    pub(crate) fn of(measured: &Measured, verdict: Result<(), String>) -> Self {
        let verdict = verdict.and_then(|()| match &measured.first_failure {
            Some(failure) => Err(format!("{} failed, the first with {failure}", measured.failed)),
            None => Ok(()),
        });
        Self {
            rate: measured.rate(),
            within: [0.5, 0.95, 0.99].map(|share| measured.within(share)),
            retried: measured.retried,
            conflicts: measured.conflicts,
            failed: measured.failed,
            done: measured.done,
            client: measured.cpu.client,
            server: measured.cpu.server,
            verdict,
        }
    }

    /// A round that came to nothing.
    pub(crate) fn broken(fault: String) -> Self {
        Self::of(&Measured::default(), Err(fault))
    }
}

pub(crate) const HEAD: &str = "| system | commands/s | to reference | p50 | p95 | p99 | conflicts retried | given up | failed | CPU client + server, µs a command | check |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |";

impl Cell {
    pub(crate) fn rate(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.rate))
    }

    pub(crate) fn within(&self, nth: usize) -> Duration {
        let seconds = |round: &Round| round.within.get(nth).map_or(0.0, Duration::as_secs_f64);
        Duration::from_secs_f64(median(self.rounds.iter().map(seconds)))
    }

    /// Commands given up after conflicts, or failed.
    pub(crate) fn lost(&self) -> u64 {
        self.rounds.iter().map(|round| round.conflicts + round.failed).sum()
    }

    /// The first thing that is wrong, if anything is.
    pub(crate) fn wrong(&self) -> Option<&str> {
        self.rounds.iter().find_map(|round| round.verdict.as_ref().err().map(String::as_str))
    }

    pub(crate) fn row(&self, name: &str, reference: Option<f64>) -> String {
        let sum = |of: fn(&Round) -> u64| self.rounds.iter().map(of).sum::<u64>();
        let retried: Option<u64> = self.rounds.iter().map(|round| round.retried).sum();
        let ratio =
            reference.filter(|rate| *rate > 0.0).map_or("–".into(), |rate| format!("{:.2} ×", self.rate() / rate));
        let micros = |of: fn(&Round) -> f64| median(self.rounds.iter().map(|r| 1e6 * of(r) / r.done.max(1) as f64));
        let mut row = format!("| {name} | {} | {ratio} ", grouped(self.rate()));
        for nth in 0..3 {
            let _ = write!(row, "| {} ", time(self.within(nth)));
        }
        let retried = retried.map_or("–".into(), |retried| retried.to_string());
        let (given_up, failed) = (sum(|round| round.conflicts), sum(|round| round.failed));
        let (client, server) = (micros(|round| round.client), micros(|round| round.server));
        let check = self.wrong().map_or("right".into(), |wrong| format!("**WRONG**: {}", wrong.replace('|', "/")));
        let _ = write!(row, "| {retried} | {given_up} | {failed} | {client:.1} + {server:.1} | {check} |");
        row
    }
}

pub(crate) fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = of.collect();
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// With a comma every three digits.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// With as many digits as mean something.
pub(crate) fn time(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        ..0.1 => format!("{:.1} µs", millis * 1e3),
        0.1..10.0 => format!("{millis:.2} ms"),
        _ => format!("{millis:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!([0.0, 999.0, 1000.0, 1_234_567.0].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(time(Duration::from_nanos(1500)), "1.5 µs");
        assert_eq!(time(Duration::from_micros(1500)), "1.50 ms");
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
    }

    #[test]
    fn one_wrong_round_makes_the_row_wrong() {
        let measured = Measured { done: 1, seconds: 1.0, ..Measured::default() };
        let mut cell = Cell::default();
        cell.rounds.push(Round::of(&measured, Ok(())));
        assert!(cell.row("bank", None).ends_with("right |"));
        cell.rounds.push(Round::of(&measured, Err("money is missing".into())));
        assert!(cell.row("bank", None).contains("WRONG"));
        let failed = Measured { failed: 1, first_failure: Some("no".into()), ..Measured::default() };
        assert!(Round::of(&failed, Ok(())).verdict.is_err());
    }
}
