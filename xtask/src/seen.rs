//! `cargo xtask bench --seen`: what it costs that every command is counted, and that Prometheus sees it.
//!
//! A build without counting is run in turn with the usual one, so that whatever else the machine does befalls both. In memory
//! nothing waits: a command's throughput is the time of processors that it takes, and neighbours disturb that least. Where there
//! is valgrind, instructions are counted as well: nothing disturbs them.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::shell::{Done, cargo, root, run as call};

const KINDS: [&str; 2] = ["deposit", "transfer"];

/// How many commands a round is, and by how many callers at once.
const COMMANDS: &str = "200000";
const CALLERS: &str = "64";

/// Instructions are the difference between a run that does few and one that does more, by one caller.
const FEW: u64 = 2_000;
const MORE: u64 = 6_000;

/// Who looks on, and how much of the throughput that may cost, in per cent.
const LIMITS: [(&str, f64); 2] = [("nobody", 3.0), ("prometheus", 10.0)];

/// What a round has shown of each build and looker: nanoseconds on the wall, and of processors, a command.
type Round = [(f64, f64); 3];

/// Builds both, and compares them over so many rounds.
pub(crate) fn run(options: &[String]) -> Done {
    let rounds = options.first().map_or(Ok(31), |rounds| rounds.parse::<usize>())?.max(1);
    let (unseen, seen) = (build("target/unseen", "--cfg foldline_unseen")?, build("target", "")?);
    let mut missed = Vec::new();
    for kind in KINDS {
        let rounds = measure(kind, rounds, &unseen, &seen)?;
        println!(
            "\n| {COMMANDS} {kind}s by {CALLERS}, in memory | ns | of processors | throughput lost | half of the rounds | limit |"
        );
        println!("| --- | ---: | ---: | ---: | ---: | ---: |");
        println!("| not counted | {:.0} | {:.0} | | | |", wall(&rounds, 0), processors(&rounds, 0));
        for (way, (looker, limit)) in (1..).zip(LIMITS) {
            let lost = |round: &Round| 100.0 * (1.0 - round[0].1 / round[way].1);
            let [low, median, high] = quarters(rounds.iter().map(lost));
            let (wall, processors) = (wall(&rounds, way), processors(&rounds, way));
            println!(
                "| seen by {looker} | {wall:.0} | {processors:.0} | {median:.1} % | {low:.1} … {high:.1} % | {limit} % |"
            );
            if median > limit {
                missed.push(format!("{median:.1} % of {kind}s when {looker} looks"));
            }
        }
        instructions(kind, &unseen, &seen)?;
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("more is lost than may be: {}", missed.join(", ")).into()) }
}

fn wall(rounds: &[Round], way: usize) -> f64 {
    quarters(rounds.iter().map(|round| round[way].0))[1]
}

fn processors(rounds: &[Round], way: usize) -> f64 {
    quarters(rounds.iter().map(|round| round[way].1))[1]
}

/// What a quarter of them do not exceed, a half, and three quarters.
fn quarters(values: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values.get(values.len().saturating_sub(1) * quarter / 4).copied().unwrap_or(f64::NAN))
}

/// Builds the bank, and says where it is.
fn build(folder: &str, flags: &str) -> Result<PathBuf, Box<dyn Error>> {
    let mut build = cargo(["build", "--release", "--package", "foldline", "--example", "seen", "--target-dir", folder]);
    let usual = std::env::var("RUSTFLAGS").unwrap_or_default();
    call(build.env("RUSTFLAGS", format!("{usual} {flags}").trim()))?;
    Ok(root().join(folder).join("release/examples/seen"))
}

fn measure(kind: &str, rounds: usize, unseen: &Path, seen: &Path) -> Result<Vec<Round>, Box<dyn Error>> {
    let ways = [(unseen, LIMITS[0].0), (seen, LIMITS[0].0), (seen, LIMITS[1].0)];
    let mut measured = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let mut times = Round::default();
        // Each goes first as often as the others.
        for way in (0..ways.len()).map(|way| (way + round) % ways.len()) {
            let (program, looker) = ways[way];
            let said = said(Command::new(program).args([looker, kind, COMMANDS, CALLERS]))?;
            let (wall, processors) = said.trim().split_once(' ').ok_or("the bank says something else")?;
            times[way] = (wall.parse()?, processors.parse()?);
        }
        measured.push(times);
    }
    Ok(measured)
}

fn instructions(kind: &str, unseen: &Path, seen: &Path) -> Done {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("\nIGNORED: instructions, for valgrind was not found here.");
        return Ok(());
    }
    println!("\n| one {kind} | instructions | more |\n| --- | ---: | ---: |");
    let without = a_command(unseen, LIMITS[0].0, kind)?;
    println!("| not counted | {without:.0} | |");
    for (looker, _) in LIMITS {
        let with = a_command(seen, looker, kind)?;
        println!("| seen by {looker} | {with:.0} | {:.1} % |", 100.0 * (with / without - 1.0));
    }
    Ok(())
}

fn a_command(program: &Path, looker: &str, kind: &str) -> Result<f64, Box<dyn Error>> {
    let count = |commands: u64| -> Result<u64, Box<dyn Error>> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
        let ran = valgrind.args([looker, kind, &commands.to_string(), "1"]).output()?;
        let told = String::from_utf8_lossy(&ran.stderr);
        let counted = told.lines().find_map(|line| line.split_once("Collected : "));
        let (_, count) = counted.ok_or_else(|| format!("valgrind did not count: {told}"))?;
        Ok(count.trim().parse()?)
    };
    Ok((count(MORE)? - count(FEW)?) as f64 / (MORE - FEW) as f64)
}

/// What a program prints.
fn said(program: &mut Command) -> Result<String, Box<dyn Error>> {
    let ran = program.stderr(Stdio::inherit()).output()?;
    if ran.status.success() { Ok(String::from_utf8(ran.stdout)?) } else { Err("the bank came to an end".into()) }
}
