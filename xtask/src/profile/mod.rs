//! `cargo xtask profile`: where a workload spends its time, what a command allocates, how many instructions it needs.

mod flame;
mod perf;
mod stacks;

use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::shell::{Done, cargo, run as call};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the flame graph is of
    #[arg(long, value_enum, default_value_t = Workload::Deposit)]
    workload: Workload,
    /// How many of it
    #[arg(long, default_value_t = 300_000)]
    count: usize,
    /// Leave this part out. May be given more than once
    #[arg(long, value_enum, value_name = "PART")]
    skip: Vec<Part>,
}

/// Each is one of `benches/cost.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Workload {
    /// Commands on one stream each, in memory
    Deposit,
    /// Commands on two streams each, in memory
    Transfer,
    /// Facts into payloads
    Encode,
    /// Payloads into facts
    Decode,
    /// Facts into states
    Apply,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A flame graph, by perf
    Flame,
    /// What a command allocates
    Allocations,
    /// How many instructions commands and events need, by valgrind
    Instructions,
}

pub(crate) fn run(args: &Args) -> Done {
    for part in Part::value_variants().iter().filter(|part| !args.skip.contains(part)) {
        match part {
            Part::Flame => flame_graph(args)?,
            // What is counted there is what the test bounds.
            Part::Allocations => {
                call(&mut cargo(["test", "--package", "foldline", "--test", "allocations", "--", "--nocapture"]))?;
            }
            Part::Instructions => instructions()?,
        }
    }
    Ok(())
}

/// Counts instructions, and fails when something needs more than it may; says so where nobody can count.
pub(crate) fn instructions() -> Done {
    let there = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!(
            "\nNOT COUNTED: instructions, which valgrind counts. It was not found here: install your system's package `valgrind`."
        );
        return Ok(());
    }
    call(&mut cargo(["bench", "--package", "foldline", "--bench", "cost"]))
}

fn flame_graph(args: &Args) -> Done {
    let workload = args.workload.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let Some(told) = perf::record(&workload, args.count)? else { return Ok(()) };
    let stacks = stacks::fold(&told, perf::PROGRAM);
    if stacks.samples() == 0 {
        return Err("perf has seen nothing of the program: is `--count` large enough?".into());
    }
    let file = perf::folder().join(format!("{workload}.svg"));
    std::fs::write(&file, flame::svg(&stacks, &format!("{workload}: {} samples", stacks.samples())))?;
    println!("\nwhere {} samples were, with all that was called from there:\n", stacks.samples());
    for (share, name) in stacks.heaviest(15) {
        println!("{:>5.1} %  {name}", 100.0 * share);
    }
    println!("\n{}", file.display());
    Ok(())
}
