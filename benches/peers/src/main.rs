//! Foldline beside other event stores: the same bank, the same server, the same durability, in turn, in one run.
//!
//! `cargo xtask bench --peers`, or `cargo run --release --manifest-path benches/peers/Cargo.toml -- --help`.

mod bank;
mod cluster;
mod compare;
mod cpu;
mod drive;
mod ledger;
mod processes;
mod round;
mod shapes;
mod systems;
mod table;
mod workload;

use std::{process::ExitCode, thread::available_parallelism, time::Instant};

use bank::{Fault, Place, System};
use clap::{Parser, ValueEnum};
use cluster::Cluster;
use compare::Plan;
use drive::{Load, Until};
use workload::Workload;

/// Measures Foldline and other event stores side by side, and prints Markdown.
///
/// Without arguments: everything, on a temporary server.
#[derive(Debug, Parser)]
struct Args {
    /// Workloads, separated by commas: W1, W2, W2x10, W3, W5b
    #[arg(long, value_delimiter = ',', default_value = "W1,W2,W3,W5b")]
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
    #[arg(long, value_delimiter = ',')]
    systems: Vec<String>,
    /// Only these parts, separated by commas
    #[arg(long, value_delimiter = ',', value_enum, default_values_t = [Part::Database, Part::Sqlite, Part::Memory, Part::Shapes])]
    part: Vec<Part>,
    /// A PostgreSQL server to use instead of a temporary one; databases are created on it, and dropped
    #[arg(long)]
    url: Option<String>,
    /// A process among several: works on this database, and reports
    #[arg(long, hide = true)]
    child: Option<String>,
    /// A process on one core: has a server of its own, and reports
    #[arg(long, hide = true)]
    pinned: bool,
    #[arg(long, hide = true, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Systems side by side on PostgreSQL
    Database,
    /// Systems side by side on a SQLite file
    Sqlite,
    /// Systems side by side in memory, at 64
    Memory,
    /// Foldline beside itself: two processes, a hot stream, 100 tasks with 100 requests, one core
    Shapes,
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
        return processes::pinned_child(args.seed).await.map(|()| true);
    }
    if let Some(url) = &args.child {
        let [workload] = args.workload[..] else { return Err("a process does one thing".into()) };
        let [concurrency] = args.concurrency[..] else { return Err("a process does one thing".into()) };
        let load = Load { workload, concurrency, until: Until::Seconds(args.seconds), seed: args.seed };
        return processes::child(url, load).await.map(|()| true);
    }
    measure(&args).await
}

async fn measure(args: &Args) -> Result<bool, Fault> {
    let began = Instant::now();
    let systems = systems::all();
    let named = |name: &String| systems.iter().any(|system| system.name() == name);
    if let Some(unknown) = args.systems.iter().find(|name| !named(name)) {
        let known: Vec<_> = systems.iter().map(|system| system.name()).collect();
        return Err(format!("no system `{unknown}`: there are {}", known.join(", ")).into());
    }
    let cluster = Cluster::start(args.url.as_deref()).await?;
    let cores = available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, shared by client and server. {}.", cluster.settings().await?);
    println!("Medians of {} rounds of {} s, systems in turn within each round.", args.rounds, args.seconds);

    let mut right = true;
    for (part, place) in
        [(Part::Database, Place::Postgres), (Part::Sqlite, Place::Sqlite), (Part::Memory, Place::Memory)]
    {
        let in_memory = place == Place::Memory;
        let chosen = |system: &&dyn System| {
            system.place() == place
                && (args.systems.is_empty() || args.systems.iter().any(|name| name == system.name()))
        };
        let systems: Vec<&dyn System> = systems.iter().map(|system| &**system).filter(chosen).collect();
        if !args.part.contains(&part) || systems.is_empty() {
            continue;
        }
        let title = match place {
            Place::Postgres => "On PostgreSQL",
            Place::Sqlite => "On SQLite, flushed at every commit",
            Place::Memory => "In memory",
        };
        println!("\n## {title}\n");
        for system in &systems {
            println!("- **{}**: {}.", system.name(), system.about());
        }
        // What a second makes in memory fills it.
        let seconds = if in_memory { args.seconds.min(1.0) } else { args.seconds };
        let plan = Plan { cluster: &cluster, systems, place, seconds, rounds: args.rounds };
        for workload in &args.workload {
            let usual = if in_memory { &[64] } else { workload.usual_concurrency() };
            let concurrency = if args.concurrency.is_empty() { usual } else { &args.concurrency };
            for concurrency in concurrency {
                right &= plan.compare(*workload, (*concurrency).max(1)).await;
            }
        }
    }
    if args.part.contains(&Part::Shapes) {
        println!("\n## Shapes");
        right &= shapes::shapes(&cluster, args.seconds, args.rounds).await;
    }
    eprintln!("\n{:.0} s", began.elapsed().as_secs_f64());
    Ok(right)
}
