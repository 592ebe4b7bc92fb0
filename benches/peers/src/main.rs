//! Foldline beside other event stores: the same bank, the same server, the same durability, in turn, in one run.
//!
//! `cargo xtask bench --peers`, or `cargo run --release --manifest-path benches/peers/Cargo.toml -- --help`.

mod bank;
mod book;
mod charts;
mod child;
mod cluster;
mod compare;
mod cores;
mod cpu;
mod drive;
mod growth;
mod ledger;
mod part;
mod pinned;
mod plot;
mod process;
mod proxy;
mod report;
mod round;
mod shapes;
mod systems;
mod table;
mod targets;
mod workload;

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use bank::{Fault, System};
use clap::{Parser, ValueEnum, builder::PossibleValuesParser};
use cluster::{Cluster, Database};
use compare::Plan;
use drive::{Load, Until};
use part::Part;
use proxy::Proxy;
use report::Report;
use systems::FOLDLINE_UNFORGIVING;
use workload::Workload;

/// Measures Foldline and other event stores side by side, and prints Markdown.
///
/// Without arguments: every workload and every system, on a temporary server; only growing has to be asked for.
#[derive(Debug, Parser)]
struct Args {
    /// Only these workloads, separated by commas
    #[arg(long, value_delimiter = ',', value_enum, ignore_case = true, default_values_t = Workload::USUAL)]
    workload: Vec<Workload>,
    /// How many commands at once, separated by commas; by default what says most about each workload
    #[arg(long, value_delimiter = ',')]
    concurrency: Vec<usize>,
    /// How long each system is measured each time
    #[arg(long, default_value_t = 2.5)]
    seconds: f64,
    /// How often: medians count
    #[arg(long, default_value_t = 3)]
    rounds: u64,
    /// Only these systems, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(systems::names()))]
    systems: Vec<String>,
    /// Only these parts, separated by commas; by default all but growth, and with --book all
    #[arg(long, value_delimiter = ',', value_enum)]
    part: Vec<Part>,
    /// How many events the log grows to, for the part of that name
    #[arg(long, default_value_t = 5_000_000)]
    growth: usize,
    /// Write figures and charts as a page of the book, into this folder
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "book/src/performance")]
    book: Option<PathBuf>,
    /// A PostgreSQL server to use instead of a temporary one; databases are created on it, and dropped
    #[arg(long)]
    url: Option<String>,
    /// A process that measures one system on this database or file, and reports
    #[arg(long, hide = true)]
    alone: Option<String>,
    /// A process among several on the accounts of this database
    #[arg(long, hide = true)]
    together: Option<String>,
    /// A process that lets one system's log grow
    #[arg(long, hide = true)]
    grow: Option<String>,
    /// A process on one core: has a server of its own, and reports
    #[arg(long, hide = true)]
    pinned: bool,
    #[arg(long, hide = true, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("\nnot all is as it should be: see above");
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("\nerror: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<bool, Fault> {
    if args.pinned {
        return pinned::child(args.seed).await.map(|()| true);
    }
    if let Some(url) = args.alone.as_ref().or(args.together.as_ref()).or(args.grow.as_ref()) {
        return one(&args, url).await.map(|()| true);
    }
    let mut report = Report::default();
    let right = measure(&args, &mut report).await?;
    if let Some(folder) = &args.book {
        book::write(&report, folder, right)?;
    }
    Ok(right)
}

/// What a process does that measures one system.
async fn one(args: &Args, url: &str) -> Result<(), Fault> {
    let systems = systems::all();
    let chosen: Vec<&dyn System> = chosen(args, &systems).collect();
    let ([system], [workload, ..]) = (&chosen[..], &args.workload[..]) else {
        return Err("a process does one thing".into());
    };
    if args.grow.is_some() {
        return growth::child(*system, url, args.seconds, args.growth).await;
    }
    let [concurrency] = args.concurrency[..] else { return Err("a process does one thing".into()) };
    // Who appends faster would have the longer stream to read again, were it measured by the clock.
    let counted = matches!(workload, Workload::W4 | Workload::W4b);
    let until = if counted { Until::Commands(10) } else { Until::Seconds(args.seconds) };
    let load = Load { workload: *workload, concurrency, until, seed: args.seed };
    match args.together {
        Some(_) => child::together(*system, Database::at(url), load).await,
        None => child::alone(*system, Database::at(url), load).await,
    }
}

fn chosen<'a>(args: &'a Args, systems: &'a [Box<dyn System>]) -> impl Iterator<Item = &'a dyn System> {
    let named =
        move |system: &&dyn System| args.systems.is_empty() || args.systems.iter().any(|name| name == system.name());
    systems.iter().map(|system| &**system).filter(named)
}

async fn measure(args: &Args, report: &mut Report) -> Result<bool, Fault> {
    let began = Instant::now();
    let cluster = Cluster::start(args.url.as_deref()).await?;
    report.say(format!("{}; client and server share them. {}.", book::machine(), cluster.settings().await?));
    report.say(format!(
        "All cores at once do {:.2} times what one does alone, where nothing is shared.",
        cores::all_to_one()
    ));
    report.say(format!("Medians of {} rounds of {} s, systems in turn within each round.", args.rounds, args.seconds));

    let parts: &[Part] = match (&args.part[..], &args.book) {
        ([], None) => &Part::USUAL,
        ([], Some(_)) => Part::value_variants(),
        (parts, _) => parts,
    };
    let mut right = true;
    for part in parts {
        right &= run_part(args, *part, &cluster, report).await?;
    }
    let targets = targets::side_by_side(&report.points);
    if !targets.is_empty() {
        report.wanted = format!("## What was wanted\n\n{}\n", targets::table(&targets));
        println!("\n{}", report.wanted);
    }
    eprintln!("\n{:.0} s", began.elapsed().as_secs_f64());
    Ok(right)
}

async fn run_part(args: &Args, part: Part, cluster: &Cluster, report: &mut Report) -> Result<bool, Fault> {
    let all = systems::all();
    // What belongs to the shapes alone has to be named to be compared.
    let is_shape = |system: &&dyn System| args.systems.is_empty() && system.name() == FOLDLINE_UNFORGIVING.name();
    let systems = chosen(args, &all).filter(|system| system.place() == part.place() && !is_shape(system));
    let systems: Vec<&dyn System> = systems.collect();
    if systems.is_empty() {
        return Ok(true);
    }
    report.say(format!("\n## {}", part.title()));
    if part == Part::Shapes {
        return Ok(shapes::shapes(cluster, args.seconds, args.rounds, report).await);
    }
    // Who has been told of above is known.
    let about = systems.iter().map(|system| format!("- **{}**: {}.", system.name(), system.about()));
    let new: Vec<String> = about.filter(|about| !report.text.contains(about)).collect();
    report.say(format!("\n{}", new.join("\n")).trim_end());
    if part == Part::Growth {
        let systems: Vec<_> = systems.into_iter().filter(|system| systems::CHARTED.contains(&system.name())).collect();
        return Ok(growth::growth(cluster, &systems, (args.seconds, args.growth), report).await);
    }
    let proxy = match part {
        Part::Distant => Some(Proxy::start(cluster.url(), Duration::from_millis(1))?),
        _ => None,
    };
    // What a second makes in memory fills it.
    let seconds = if part == Part::Memory { args.seconds.min(1.0) } else { args.seconds };
    let plan = Plan { cluster, part, systems, seconds, rounds: args.rounds, proxy: proxy.as_ref() };
    let mut right = true;
    for workload in args.workload.iter().filter(|workload| part.asks_for(**workload)) {
        let usual = part.concurrency(*workload);
        let concurrency = if args.concurrency.is_empty() { usual } else { &args.concurrency };
        for concurrency in concurrency {
            right &= plan.compare(*workload, (*concurrency).max(1), report).await;
        }
    }
    Ok(right)
}
