//! Foldline beside itself: more processes, hotter streams, more callers.

use crate::{
    bank::Fault,
    cluster::Cluster,
    drive::{Load, Until},
    processes::{hundred, pinned, processes},
    round::round,
    systems::{FOLDLINE, FOLDLINE_UNFORGIVING},
    table::{Cell, HEAD, Round},
    workload::Workload,
};

/// Measures them all, and prints them. Whether all was right.
pub(crate) async fn shapes(cluster: &Cluster, seconds: f64, rounds: u64) -> bool {
    let mut cells: [Cell; 7] = Default::default();
    let load = |workload, seed| Load { workload, concurrency: 64, until: Until::Seconds(seconds), seed };
    for seed in 1..=rounds {
        eprintln!("shapes, round {seed} of {rounds}");
        let new = [
            processes(cluster, 1, load(Workload::W1, seed)).await,
            processes(cluster, 2, load(Workload::W1, seed)).await,
            processes(cluster, 1, load(Workload::W3, seed)).await,
            processes(cluster, 2, load(Workload::W3, seed)).await,
            round(&FOLDLINE_UNFORGIVING, cluster, load(Workload::W2Crowded, seed)).await,
            round(&FOLDLINE, cluster, hundred(seed)).await,
            on_one_core(pinned(seed)),
        ];
        for (cell, round) in cells.iter_mut().zip(new) {
            cell.rounds.push(round);
        }
    }
    let [one, two, hot, hot_two, crowded, hundred, alone] = &cells;
    println!(
        "\n### Foldline beside itself\n\n64 commands at once, unless said otherwise; ratios are to the row that is named.\n\n{HEAD}"
    );
    println!("{}", one.row("W1, one process", None));
    println!("{}", two.row("W1, two processes with 32 each, to one", Some(one.rate())));
    println!("{}", hot.row("W3, one process, to W1", Some(one.rate())));
    println!("{}", hot_two.row("W3, two processes with 32 each, to one", Some(hot.rate())));
    println!("{}", crowded.row("W2 over 10 accounts, no retries", None));
    println!("{}", hundred.row("W1, 100 tasks with 100 requests", None));
    println!("{}", alone.row("the same, all on one core", None));
    println!("\n| what | wanted | measured | |\n| --- | --- | --- | --- |");
    let all = [
        at_least("two processes on 1,000 accounts, to one", 0.4, two.rate() / one.rate()),
        at_least("two processes on one stream, to one", 0.15, hot_two.rate() / hot.rate()),
        at_least("one hot stream, to 1,000 streams", 0.5, hot.rate() / one.rate()),
        none("conflicts and failures over 10 accounts", crowded),
        none("failures of 100 × 100", hundred),
        none("failures of 100 × 100 on one core", alone),
        at_least("commands a second of 100 × 100", 1000.0, hundred.rate()),
        at_least("commands a second of 100 × 100 on one core", 1000.0, alone.rate()),
        at_most_10_ms("p95 of 100 × 100", hundred),
        at_most_10_ms("p95 of 100 × 100 on one core", alone),
    ];
    all.into_iter().all(|met| met) && cells.iter().all(|cell| cell.wrong().is_none())
}

fn on_one_core(round: Result<Round, Fault>) -> Round {
    round.unwrap_or_else(|fault| Round::broken(fault.to_string()))
}

fn at_least(what: &str, least: f64, measured: f64) -> bool {
    say(what, &format!("≥ {least}"), &format!("{measured:.2}"), measured >= least)
}

fn none(what: &str, cell: &Cell) -> bool {
    say(what, "0", &cell.lost().to_string(), cell.lost() == 0)
}

fn at_most_10_ms(what: &str, cell: &Cell) -> bool {
    let millis = cell.within(1).as_secs_f64() * 1e3;
    say(what, "≤ 10 ms", &format!("{millis:.2} ms"), millis <= 10.0)
}

fn say(what: &str, wanted: &str, measured: &str, met: bool) -> bool {
    println!("| {what} | {wanted} | {measured} | {} |", if met { "met" } else { "**not met**" });
    met
}
