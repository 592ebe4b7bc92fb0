//! A bank in memory that is kept busy for a while, seen by nobody or by Prometheus, and says how many nanoseconds of processors
//! a command took.
//!
//! `cargo xtask bench --seen` builds it with and without what makes commands seen, and runs both in turn.

#[path = "../shared/mod.rs"]
mod shared;

use std::{env, time::Duration};

use foldline::{Executor, metrics, storage::Store};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use rustix::time::{ClockId, clock_gettime};
use shared::{AccountId, Deposit, Fault, START, Transfer, bank_of, told};
use tokio::runtime::Builder;

/// All of them are in memory.
const ACCOUNTS: usize = 1_000;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [seen_by, kind, commands, callers] = arguments.as_slice() else {
        return Err(
            "say who looks (nobody, prometheus), what is done (deposit, transfer), how often, and by how many".into()
        );
    };
    let prometheus = match seen_by.as_str() {
        "nobody" => None,
        "prometheus" => Some(
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), metrics::SECONDS_BUCKETS)?
                .install_recorder()?,
        ),
        _ => return Err("nobody looks, or prometheus".into()),
    };
    let callers = callers.parse::<usize>()?.max(1);
    // A single caller on a single thread does the same in every run, to an instruction.
    let mut runtime = if callers == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    let runtime = runtime.enable_time().build()?;
    let each = commands.parse::<usize>()? / callers;
    let bank = runtime.block_on(bank_of(ACCOUNTS))?;
    let after = runtime.block_on(bank.store().head())? + events_of(kind)? * (each * callers) as u64;
    // A single caller is there for valgrind, which cannot read this clock.
    let processors = || if callers == 1 { Duration::ZERO } else { processors() };
    let before = processors();
    runtime.block_on(all_at_once(&bank, kind, callers, each))?;
    let used = processors() - before;
    if runtime.block_on(bank.store().head())? != after {
        return Err("the log has not what was done".into());
    }
    if prometheus.is_some_and(|prometheus| !prometheus.render().contains("foldline_commands_total")) {
        return Err("nobody has seen it".into());
    }
    println!("{}", used.as_nanos() / (each * callers).max(1) as u128);
    Ok(())
}

/// The time that processors have spent on this program.
fn processors() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or(0))
}

/// Of one command.
fn events_of(kind: &str) -> Result<u64, Fault> {
    match kind {
        "deposit" => Ok(1),
        "transfer" => Ok(2),
        _ => Err("there are deposits and transfers".into()),
    }
}

async fn all_at_once(bank: &Executor, kind: &str, callers: usize, each: usize) -> Result<(), Fault> {
    let callers = (0..callers).map(|caller| {
        let (bank, transfers) = (bank.clone(), kind == "transfer");
        tokio::spawn(async move {
            // The same in every run.
            let mut dice = fastrand::Rng::with_seed(caller as u64);
            for _ in 0..each {
                let (one, other) = (dice.usize(..ACCOUNTS), dice.usize(..ACCOUNTS - 1));
                let done = if transfers {
                    let other = if other < one { other } else { other + 1 };
                    // Nothing, so that nobody is ever broke.
                    let (from, to) = (AccountId::numbered(one), AccountId::numbered(other));
                    bank.execute(Transfer { from, to, amount: 0 }).await
                } else {
                    bank.execute(Deposit { account: AccountId::numbered(one), amount: START }).await
                };
                done.map_err(|error| told(&error).to_string())?;
            }
            Ok::<_, String>(())
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await??;
    }
    Ok(())
}
