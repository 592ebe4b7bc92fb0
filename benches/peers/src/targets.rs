//! What is wanted of the figures, and whether they are that.

use crate::{
    part::Part,
    report::Point,
    systems::{is_ours, reference},
    table::grouped,
    workload::Workload,
};

/// A figure, and what is wanted of it.
pub(crate) struct Target {
    what: &'static str,
    wanted: String,
    measured: String,
    pub(crate) met: bool,
}

impl Target {
    pub(crate) fn at_least(what: &'static str, least: f64, measured: f64, unit: &str) -> Self {
        let (wanted, met) = (format!("≥ {}{unit}", short(least)), measured >= least);
        Self { what, wanted, measured: format!("{}{unit}", figure(measured)), met }
    }

    pub(crate) fn at_most(what: &'static str, most: f64, measured: f64, unit: &str) -> Self {
        let (wanted, met) = (format!("≤ {}{unit}", short(most)), measured <= most);
        Self { what, wanted, measured: format!("{}{unit}", figure(measured)), met }
    }
}

/// As Markdown.
pub(crate) fn table(targets: &[Target]) -> String {
    let row = |target: &Target| {
        let met = if target.met { "met" } else { "**not met**" };
        format!("\n| {} | {} | {} | {met} |", target.what, target.wanted, target.measured)
    };
    "| what | wanted | measured | |\n| --- | --- | --- | --- |".to_owned()
        + &targets.iter().map(row).collect::<String>()
}

/// What is wanted of systems side by side, as far as it was measured.
pub(crate) fn side_by_side(points: &[Point]) -> Vec<Target> {
    use Part::{Database, Memory, Sqlite};
    use Workload::{W1, W2, W3, W4, W4b, W5, W5b, W6};
    let (ours, uncached, all) = ("foldline", "foldline-uncached", Figures(points));
    let least = |what, least, measured: Option<f64>, unit| Some(Target::at_least(what, least, measured?, unit));
    let times = |what, wanted, measured| least(what, wanted, measured, " ×");
    let swifter = |what, wanted, at| {
        let p99 = |system| all.find(Database, at, system).and_then(|point| Some(point.within.get(P99)?.as_secs_f64()));
        times(what, wanted, ratio(p99(reference(Database.place())), p99(ours)))
    };
    let targets = [
        times("deposits, 64 at once, to EventCore", 15.0, all.to_reference(Database, (W1, 64), ours)),
        times("the same, to the best of the others", 10.0, all.to_best((W1, 64), ours)),
        times("transfers, 64 at once, to EventCore", 15.0, all.to_reference(Database, (W2, 64), ours)),
        swifter("their p99: EventCore's to ours", 20.0, (W2, 64)),
        times("deposits on one account, 16 at once, to EventCore", 100.0, all.to_reference(Database, (W3, 16), ours)),
        times("deposits, one at a time, to EventCore", 1.8, all.to_reference(Database, (W1, 1), ours)),
        swifter("their p99: EventCore's to ours", 1.0, (W1, 1)),
        times("transfers, one at a time, to EventCore", 1.8, all.to_reference(Database, (W2, 1), ours)),
        swifter("their p99: EventCore's to ours", 1.0, (W2, 1)),
        times(
            "without a cache: deposits, 64 at once, to EventCore",
            6.0,
            all.to_reference(Database, (W1, 64), uncached),
        ),
        times(
            "without a cache: transfers, 64 at once, to EventCore",
            4.0,
            all.to_reference(Database, (W2, 64), uncached),
        ),
        times("events a second, 1,000 a call, to EventCore", 4.5, all.to_reference(Database, (W4, 1), ours)),
        times("the same, to the best of the others", 1.7, all.to_best((W4, 1), ours)),
        times("the same on 100 streams at once, to EventCore", 12.0, all.to_reference(Database, (W4b, 1), ours)),
        times("replay without a cache, to the best of the others", 1.2, all.to_best((W5, 1), uncached)),
        least(
            "a deposit on a long stream, to one on a short",
            0.9,
            ratio(all.rate(Database, (W5b, 1), ours), all.rate(Database, (W1, 1), ours)),
            "",
        ),
        times("a projection catches up, to the best of the others", 1.2, all.to_best((W6, 1), ours)),
        times(
            "SQLite: deposits, 64 at once, to EventCore",
            10.0,
            all.to_reference(Sqlite, (W1, 64), "foldline-sqlite"),
        ),
        least("in memory: deposits", 1e6, all.rate(Memory, (W1, 64), "foldline-memory"), "/s"),
        least("in memory: transfers", 5e5, all.rate(Memory, (W2, 64), "foldline-memory"), "/s"),
    ];
    targets.into_iter().flatten().collect()
}

/// Where the 99th percentile stands.
const P99: usize = 3;

struct Figures<'a>(&'a [Point]);

type At = (Workload, usize);

impl Figures<'_> {
    fn find(&self, part: Part, at: At, system: &str) -> Option<&Point> {
        self.0.iter().find(|point| is_at(point, part, at) && point.system == system)
    }

    fn rate(&self, part: Part, at: At, system: &str) -> Option<f64> {
        self.find(part, at, system).map(|point| point.rate)
    }

    fn to_reference(&self, part: Part, at: At, system: &str) -> Option<f64> {
        ratio(self.rate(part, at, system), self.rate(part, at, reference(part.place())))
    }

    /// To the fastest that is neither ours nor a limit, on PostgreSQL.
    fn to_best(&self, at: At, system: &str) -> Option<f64> {
        let others = self.0.iter().filter(|point| is_at(point, Part::Database, at) && !is_ours(&point.system));
        ratio(self.rate(Part::Database, at, system), others.map(|point| point.rate).max_by(f64::total_cmp))
    }
}

fn is_at(point: &Point, part: Part, at: At) -> bool {
    (point.part, (point.workload, point.concurrency)) == (part, at)
}

fn ratio(of: Option<f64>, to: Option<f64>) -> Option<f64> {
    Some(of? / to.filter(|to| *to > 0.0)?)
}

fn short(number: f64) -> String {
    if number >= 1000.0 { grouped(number) } else { number.to_string() }
}

fn figure(number: f64) -> String {
    if number >= 1000.0 { grouped(number) } else { format!("{number:.2}") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn point(workload: Workload, concurrency: usize, system: &str, rate: f64) -> Point {
        let (system, within) = (system.to_owned(), vec![Duration::from_secs_f64(1.0 / rate); 5]);
        Point { part: Part::Database, workload, concurrency, events: 0, system, rate, within }
    }

    #[test]
    fn what_was_measured_is_held_against_what_is_wanted() {
        let points = [
            point(Workload::W1, 64, "foldline", 30_000.0),
            point(Workload::W1, 64, "limit-unnest", 60_000.0),
            point(Workload::W1, 64, "eventcore", 2_000.0),
            point(Workload::W1, 64, "cqrs-es", 4_000.0),
            point(Workload::W2, 64, "foldline", 20_000.0),
        ];
        let told = table(&side_by_side(&points));
        let rows: Vec<&str> = told.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| deposits, 64 at once, to EventCore | ≥ 15 × | 15.00 × | met |",
                "| the same, to the best of the others | ≥ 10 × | 7.50 × | **not met** |",
            ],
            "what has nobody beside it is left out"
        );
    }

    #[test]
    fn large_figures_read_well() {
        let told =
            table(&[Target::at_least("deposits", 1e6, 1_095_926.4, "/s"), Target::at_most("p95", 10.0, 3.0, " ms")]);
        assert!(
            told.contains("≥ 1,000,000/s | 1,095,926/s | met") && told.contains("≤ 10 ms | 3.00 ms | met"),
            "{told}"
        );
    }
}
