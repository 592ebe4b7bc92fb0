//! A steady load on one log for as long as is asked for: memory must not grow, nor must the time that commands take, and the
//! log must hold what was acknowledged. `cargo xtask soak` runs this.

mod histogram;
mod judge;
mod load;
mod log;
// The charts of the comparison with other systems: plain text, without a dependency.
#[cfg_attr(not(test), expect(dead_code, reason = "that draws its charts with this file too, on a scale of powers"))]
#[path = "../../peers/src/plot.rs"]
mod plot;
mod report;
mod watch;

use std::{error::Error, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, ValueEnum};
use foldline::{
    CacheSize, Executor, open,
    testing::{TempFolder, temp_postgres::TempPostgres},
};

use self::load::Load;

/// Whatever ends a run.
type Fault = Box<dyn Error + Send + Sync>;

/// Keeps one log under a steady load, and fails when memory or latency grow, or the log is not what was acknowledged.
#[derive(Debug, Parser)]
#[command(name = "soak", bin_name = "cargo xtask soak")]
struct Args {
    /// How long
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Where the log is kept
    #[arg(long, value_enum, default_value_t = Place::Postgres)]
    store: Place,
    /// How many commands a second, in all
    #[arg(long, default_value_t = 2_000)]
    rate: u32,
    /// How many commands at once
    #[arg(long, default_value_t = 32)]
    concurrency: u32,
    /// Where the charts go
    #[arg(long, value_name = "FOLDER", default_value = "target/soak")]
    charts: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    /// A PostgreSQL server of its own
    Postgres,
    /// A file
    Sqlite,
}

/// Fewer than there are streams after a minute: what is put out of the cache must not be kept elsewhere.
const CACHE: usize = 1_000;

/// As many looks as make a chart. Each is long enough to hold many commands.
const LOOKS: u32 = 60;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("\nerror: not all is as it was: see above");
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("\nerror: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<bool, Fault> {
    let every = Duration::try_from_secs_f64(args.minutes * 60.0)? / LOOKS;
    // What they stand on goes away when they do.
    let (folder, server) = match args.store {
        Place::Sqlite => (Some(TempFolder::fresh()?), None),
        Place::Postgres => (None, Some(TempPostgres::start_private()?)),
    };
    let url = match (&folder, &server) {
        (Some(folder), _) => format!("sqlite:{}", folder.file("soak.db").display()),
        (None, Some(server)) => server.url().to_owned(),
        (None, None) => return Err("nowhere to keep a log".into()),
    };
    let bank = Executor::builder(open(&url).await?).cache(CacheSize::streams(CACHE)).build();
    let load = Load::start(bank.clone(), args.concurrency, args.rate).await?;
    println!("{} commands a second, {} at once, for {} minutes", args.rate, args.concurrency, args.minutes);
    let samples = watch::watch(&load, every, LOOKS).await;
    let ledger = load.stop().await?;
    bank.shutdown().await;

    let findings = judge::judge(&samples);
    report::say(&samples, &findings, every);
    report::draw(&samples, every, &args.charts)?;
    println!("\nthe log: {}", log::verify(open(&url).await?, &ledger).await?);
    Ok(findings.iter().all(|finding| finding.holds))
}
