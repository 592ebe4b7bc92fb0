//! Figures as Markdown.

use std::{fmt::Write as _, time::Duration};

use crate::{cpu::Used, drive::Measured, workload::Workload};

/// What one system made of one workload at one concurrency, over all rounds.
#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) rounds: Vec<Round>,
}

/// One round, without the single times.
pub(crate) struct Round {
    rate: f64,
    within: [Duration; SHARES.len()],
    retried: Option<u64>,
    conflicts: u64,
    failed: u64,
    done: u64,
    cpu: Used<f64>,
    memory: Used<u64>,
    trips: Option<u64>,
    verdict: Result<(), String>,
}

/// Of which shares of commands it is told within what time they were acknowledged.
pub(crate) const SHARES: [f64; 5] = [0.5, 0.9, 0.95, 0.99, 0.999];

/// Where the third of them stands.
pub(crate) const P95: usize = 2;

/// Those of the table.
const TOLD: [usize; 3] = [0, P95, 3];

impl Round {
    pub(crate) fn of(measured: &Measured, workload: Workload, verdict: Result<(), String>) -> Self {
        let verdict = verdict.and_then(|()| match &measured.first_failure {
            Some(failure) => Err(format!("{} failed, the first with {failure}", measured.failed)),
            None => Ok(()),
        });
        Self {
            rate: measured.rate() * workload.events().unwrap_or(1) as f64,
            within: SHARES.map(|share| measured.within(share)),
            retried: measured.retried,
            conflicts: measured.conflicts,
            failed: measured.failed,
            done: measured.done,
            cpu: measured.cpu,
            memory: measured.memory,
            trips: measured.trips,
            verdict,
        }
    }

    /// A round that came to nothing.
    pub(crate) fn broken(fault: String) -> Self {
        Self::of(&Measured::default(), Workload::W1, Err(fault))
    }
}

/// What a table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Events instead of commands.
    pub(crate) events: bool,
    /// How often the server was asked.
    pub(crate) trips: bool,
}

impl Columns {
    pub(crate) fn of(workload: Workload) -> Self {
        Self { events: workload.events().is_some(), trips: false }
    }

    pub(crate) fn head(self) -> String {
        let what = if self.events { "events" } else { "commands" };
        let trips = if self.trips { " round trips a command |" } else { "" };
        let mut head = format!(
            "| system | {what}/s | to reference | p50 | p95 | p99 | retried / given up / failed | CPU, µs a call, client + server | \
             memory, MiB, client + server |{trips} check |\n| --- |"
        );
        (0..if self.trips { 9 } else { 8 }).for_each(|_| head.push_str(" ---: |"));
        head + " --- |"
    }

    /// The row of a system that has no figures.
    pub(crate) fn dashes(self, name: &str, reason: &str) -> String {
        format!("| {name} |{} {reason} |", " – |".repeat(if self.trips { 9 } else { 8 }))
    }
}

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

    pub(crate) fn row(&self, name: &str, reference: Option<f64>, columns: Columns) -> String {
        let sum = |of: fn(&Round) -> u64| self.rounds.iter().map(of).sum::<u64>();
        let retried: Option<u64> = self.rounds.iter().map(|round| round.retried).sum();
        let ratio =
            reference.filter(|rate| *rate > 0.0).map_or("–".into(), |rate| format!("{:.2} ×", self.rate() / rate));
        let each = |of: fn(&Round) -> f64| median(self.rounds.iter().map(|r| of(r) / r.done.max(1) as f64));
        let most = |of: fn(&Round) -> u64| median(self.rounds.iter().map(|r| of(r) as f64 / 1024.0 / 1024.0));
        let mut row = format!("| {name} | {} | {ratio} ", grouped(self.rate()));
        for nth in TOLD {
            let _ = write!(row, "| {} ", time(self.within(nth)));
        }
        let retried = retried.map_or("–".into(), |retried| retried.to_string());
        let (given_up, failed) = (sum(|round| round.conflicts), sum(|round| round.failed));
        let (client, server) = (1e6 * each(|round| round.cpu.client), 1e6 * each(|round| round.cpu.server));
        let (ours, theirs) = (most(|round| round.memory.client), most(|round| round.memory.server));
        let _ =
            write!(row, "| {retried} / {given_up} / {failed} | {client:.1} + {server:.1} | {ours:.0} + {theirs:.0} ");
        if columns.trips {
            let _ = write!(row, "| {:.2} ", each(|round| round.trips.unwrap_or_default() as f64));
        }
        let check =
            self.wrong().map_or("right".into(), |wrong| format!("**WRONG**: {}", wrong.replace(['|', '\n'], "/")));
        let _ = write!(row, "| {check} |");
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
    fn a_row_has_as_many_columns_as_its_head() {
        for (events, trips) in [(false, false), (true, true)] {
            let columns = Columns { events, trips };
            let bars = |row: &str| row.lines().map(|line| line.matches('|').count()).collect::<Vec<_>>();
            let head = bars(&columns.head());
            assert_eq!(head[0], head[1]);
            let cell = Cell { rounds: vec![Round::broken("lost | found".into())] };
            assert_eq!(bars(&cell.row("bank", Some(1.0), columns)), [head[0]]);
            assert_eq!(bars(&columns.dashes("bank", "cannot")), [head[0]]);
        }
    }

    #[test]
    fn one_wrong_round_makes_the_row_wrong() {
        let measured = Measured { done: 1, seconds: 1.0, ..Measured::default() };
        let (mut cell, columns) = (Cell::default(), Columns::of(Workload::W1));
        let round = |verdict| Round::of(&measured, Workload::W1, verdict);
        cell.rounds.push(round(Ok(())));
        assert!(cell.row("bank", None, columns).ends_with("right |"));
        cell.rounds.push(round(Err("money is missing".into())));
        assert!(cell.row("bank", None, columns).contains("WRONG"));
        let failed = Measured { failed: 1, first_failure: Some("no".into()), ..Measured::default() };
        assert!(Round::of(&failed, Workload::W1, Ok(())).verdict.is_err());
    }
}
