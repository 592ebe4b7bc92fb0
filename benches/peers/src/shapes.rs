//! Foldline beside itself: more processes, hotter streams, more callers.

use crate::{
    bank::Fault,
    cluster::Cluster,
    drive::{Load, Until},
    pinned::{hundred, pinned},
    report::Report,
    round::{round, together},
    systems::FOLDLINE_UNFORGIVING,
    table::{Cell, Columns, P95, Round},
    targets::{self, Target},
    workload::Workload,
};

/// Measures them all, and prints them. Whether all was right.
pub(crate) async fn shapes(cluster: &Cluster, seconds: f64, rounds: u64, report: &mut Report) -> bool {
    let mut cells: [Cell; 7] = Default::default();
    let load = |workload, seed| Load { workload, concurrency: 64, until: Until::Seconds(seconds), seed };
    for seed in 1..=rounds {
        eprintln!("shapes, round {seed} of {rounds}");
        let new = [
            together(cluster, 1, load(Workload::W1, seed)).await,
            together(cluster, 2, load(Workload::W1, seed)).await,
            together(cluster, 1, load(Workload::W3, seed)).await,
            together(cluster, 2, load(Workload::W3, seed)).await,
            round(&FOLDLINE_UNFORGIVING, cluster, load(Workload::W2Crowded, seed), None).await,
            told(
                hundred(cluster, seed)
                    .await
                    .map(|(measured, wrong)| Round::of(&measured, Workload::W1, wrong.map_or(Ok(()), Err))),
            ),
            told(pinned(seed)),
        ];
        for (cell, round) in cells.iter_mut().zip(new) {
            cell.rounds.push(round);
        }
    }
    let [one, two, hot, hot_two, crowded, hundred, alone] = &cells;
    let columns = Columns::of(Workload::W1);
    let about = "64 commands at once, unless said otherwise; ratios are to the row that is named.";
    report.say(format!("\n### Foldline beside itself\n\n{about}\n\n{}", columns.head()));
    for (cell, name, to) in [
        (one, "W1, one process", None),
        (two, "W1, two processes with 32 each, to one", Some(one)),
        (hot, "W3, one process, to W1", Some(one)),
        (hot_two, "W3, two processes with 32 each, to one", Some(hot)),
        (crowded, "W2 over 10 accounts, no retries", None),
        (hundred, "W1, 100 tasks with 100 requests", None),
        (alone, "the same, all on one core", None),
    ] {
        report.say(cell.row(name, to.map(Cell::rate), columns));
    }
    let millis = |cell: &Cell| cell.within(P95).as_secs_f64() * 1e3;
    let targets = [
        Target::at_least("two processes on 1,000 accounts, to one", 0.4, two.rate() / one.rate(), ""),
        Target::at_least("two processes on one stream, to one", 0.15, hot_two.rate() / hot.rate(), ""),
        Target::at_least("one hot stream, to 1,000 streams", 0.5, hot.rate() / one.rate(), ""),
        Target::at_most("conflicts and failures over 10 accounts", 0.0, crowded.lost() as f64, ""),
        Target::at_most("failures of 100 × 100", 0.0, hundred.lost() as f64, ""),
        Target::at_most("failures of 100 × 100 on one core", 0.0, alone.lost() as f64, ""),
        Target::at_least("commands a second of 100 × 100", 1000.0, hundred.rate(), ""),
        Target::at_least("commands a second of 100 × 100 on one core", 1000.0, alone.rate(), ""),
        Target::at_most("p95 of 100 × 100", 10.0, millis(hundred), " ms"),
        Target::at_most("p95 of 100 × 100 on one core", 10.0, millis(alone), " ms"),
    ];
    report.say(format!("\n{}", targets::table(&targets)));
    targets.iter().all(|target| target.met) && cells.iter().all(|cell| cell.wrong().is_none())
}

fn told(round: Result<Round, Fault>) -> Round {
    round.unwrap_or_else(|fault| Round::broken(fault.to_string()))
}
