//! What one command costs in instructions: a figure that no neighbour's build can disturb. (`tests/allocations.rs` has
//! the allocations.)
//!
//! `cargo bench --bench cost` counts by valgrind, which must be installed. `-- run deposit 1000` only executes so many
//! commands, for a profiler to look at.

mod shared;

use std::{
    env,
    process::{Command as Process, Stdio},
};

use foldline::{Command, Executor, storage::Store};
use shared::{AccountId, Deposit, Fault, Transfer, bank_of, told};
use tokio::runtime::{Builder, Runtime};

const KINDS: [&str; 2] = ["deposit", "transfer"];

/// Counts are differences between a bank that does few commands and one that does more.
const FEW: usize = 1_000;
const MORE: usize = 3_000;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => report(),
        ["run", kind, commands] => run(kind, commands.parse()?),
        _ => Err("`cargo bench --bench cost`, or `cargo bench --bench cost -- run deposit 1000`".into()),
    }
}

fn report() -> Result<(), Fault> {
    println!("| in memory, on streams of two events | instructions |\n| --- | ---: |");
    for kind in KINDS {
        let (few, more) = (instructions(kind, FEW)?, instructions(kind, MORE)?);
        println!("| {kind} | {} |", (more - few) / (MORE - FEW) as u64);
    }
    Ok(())
}

/// Executes so many commands on a bank of [`MORE`] pairs of accounts, so that no stream is met twice.
fn run(kind: &str, commands: usize) -> Result<(), Fault> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let bank = runtime.block_on(bank_of(2 * MORE))?;
    let account = AccountId::numbered;
    let numbers = 0..commands.min(MORE);
    match kind {
        "deposit" => execute(&runtime, &bank, 1, numbers.map(|n| Deposit { account: account(n), amount: 1 })),
        "transfer" => {
            let transfer = |n| Transfer { from: account(2 * n), to: account(2 * n + 1), amount: 1 };
            execute(&runtime, &bank, 2, numbers.map(transfer))
        }
        _ => Err(format!("there are {KINDS:?}").into()),
    }
}

fn execute<C: Command>(
    runtime: &Runtime,
    bank: &Executor,
    events: usize,
    work: impl ExactSizeIterator<Item = C>,
) -> Result<(), Fault>
where
    C::Error: std::fmt::Debug,
{
    runtime.block_on(async {
        let after = bank.store().head().await? + (work.len() * events) as u64;
        for command in work {
            bank.execute(command).await.map_err(|error| told(&error))?;
        }
        assert_eq!(bank.store().head().await?, after);
        Ok(())
    })
}

/// How many instructions this program needs for so many commands, start and end included.
fn instructions(kind: &str, commands: usize) -> Result<u64, Fault> {
    let valgrind = Process::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["run", kind, &commands.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind, which counts, cannot be started: {error}"))?;
    let told = String::from_utf8_lossy(&valgrind.stderr);
    let counted = told.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = counted.ok_or_else(|| format!("valgrind did not count: {told}"))?;
    Ok(count.trim().parse()?)
}
