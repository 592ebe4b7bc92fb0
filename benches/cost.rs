//! What a command and an event cost in instructions: figures that no neighbour's build can disturb.
//! (`tests/allocations.rs` has the allocations.)
//!
//! `cargo bench --bench cost` counts by valgrind, which must be installed, and fails when something needs more than it may.
//! `-- run deposit 1000` only executes so many commands, for a profiler to look at.

mod shared;

use std::{
    env,
    hint::black_box,
    process::{Command as Process, Stdio},
};

use foldline::{Command, Event, Executor, Stream, storage::Store};
use shared::{Account, AccountEvent, AccountId, Deposit, Fault, Transfer, bank_of, by_hand, history, told};
use tokio::runtime::{Builder, Runtime};

/// What is counted, one of it, and the most that it may need: a tenth more than it does, which is also what compilers
/// differ by. Who needs more says why here. What is by hand stands there to hold the generated code against.
const KINDS: [(&str, u64); 8] = [
    ("deposit", 11_500),
    ("transfer", 16_200),
    ("encode", 375),
    ("encode by hand", 345),
    ("decode", 850),
    ("decode by hand", 805),
    ("apply", 27),
    ("apply by hand", 27),
];

/// Counts are differences between a run that does few and one that does more.
const FEW: usize = 1_000;
const MORE: usize = 3_000;

fn main() -> Result<(), Fault> {
    // Options are for criterion, which the other benches run on, and reach this one when all are run.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => report(),
        ["run", kind, commands] => run(kind, commands.parse()?),
        _ => Err("`cargo bench --bench cost`, or `cargo bench --bench cost -- run deposit 1000`".into()),
    }
}

fn report() -> Result<(), Fault> {
    println!("| one | instructions | at most |\n| --- | ---: | ---: |");
    let mut above = Vec::new();
    for (kind, most) in KINDS {
        let (few, more) = (instructions(kind, FEW)?, instructions(kind, MORE)?);
        let each = (more - few) / (MORE - FEW) as u64;
        println!("| {kind} | {each} | {most} |");
        if each > most {
            above.push(format!("one {kind} needs {each} instructions, and may need {most}"));
        }
    }
    if above.is_empty() { Ok(()) } else { Err(above.join("; ").into()) }
}

fn run(kind: &str, count: usize) -> Result<(), Fault> {
    match kind {
        "deposit" | "transfer" => run_commands(kind, count),
        "encode" => encode(count, &mixed::<AccountEvent>()).map(drop),
        "encode by hand" => encode(count, &mixed::<by_hand::AccountEvent>()).map(drop),
        "decode" => decode(count, &mixed::<AccountEvent>()),
        "decode by hand" => decode(count, &mixed::<by_hand::AccountEvent>()),
        "apply" => apply::<Account>(count),
        "apply by hand" => apply::<by_hand::Account>(count),
        _ => Err(format!("there are {}", KINDS.map(|(kind, _)| kind).join(", ")).into()),
    }
}

/// A text in ten facts, else numbers.
fn mixed<E: From<AccountEvent>>() -> Vec<E> {
    history(10).into_iter().map(E::from).collect()
}

fn encode<E: Event>(count: usize, facts: &[E]) -> Result<Vec<u8>, Fault> {
    let mut payloads = Vec::with_capacity(32 * MORE);
    for fact in facts.iter().cycle().take(count) {
        fact.encode(&mut payloads)?;
        black_box((fact.name(), fact.schema_version()));
    }
    Ok(black_box(payloads))
}

fn decode<E: Event>(count: usize, facts: &[E]) -> Result<(), Fault> {
    let stored = facts.iter().map(|fact| Ok((fact.name(), encode(1, std::slice::from_ref(fact))?)));
    let stored = stored.collect::<Result<Vec<_>, Fault>>()?;
    for (name, payload) in stored.iter().cycle().take(count) {
        black_box(E::decode(name, 1, payload)?);
    }
    Ok(())
}

fn apply<S: Stream>(count: usize) -> Result<(), Fault>
where
    S::Event: From<AccountEvent>,
{
    let mut state = S::initial();
    // Made before, so that only the fold itself differs from count to count; but for that, each run makes all.
    let facts: Vec<S::Event> = history(MORE).into_iter().map(Into::into).collect();
    for fact in facts.into_iter().take(count) {
        state.apply(black_box(fact));
    }
    black_box(state);
    Ok(())
}

/// Executes so many commands on a bank of [`MORE`] pairs of accounts: where instructions are counted, no stream is met twice.
fn run_commands(kind: &str, commands: usize) -> Result<(), Fault> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let bank = runtime.block_on(bank_of(2 * MORE))?;
    let account = AccountId::numbered;
    let numbers = 0..commands;
    if kind == "deposit" {
        return execute(&runtime, &bank, 1, numbers.map(|n| Deposit { account: account(n % MORE), amount: 1 }));
    }
    let transfer = |n: usize| {
        let from = 2 * (n % MORE);
        // Back and forth, so that nobody runs out of money.
        let (from, to) = if (n / MORE).is_multiple_of(2) { (from, from + 1) } else { (from + 1, from) };
        Transfer { from: account(from), to: account(to), amount: 1 }
    };
    execute(&runtime, &bank, 2, numbers.map(transfer))
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
