//! `cargo xtask bench --seen`: what it costs that every command is counted, and that Prometheus sees it.
//!
//! A build without counting is run in turn with the usual one, so that whatever else the machine does befalls both. In memory
//! nothing waits: a command's throughput is the time of processors that it takes, and neighbours disturb that least. Many short
//! rounds say more than a few long ones: what disturbs a round is compared with itself, and the worst tenths are left out. The
//! build without counting also runs against itself, which shows what the method cannot see. Where there is valgrind,
//! instructions are counted as well: nothing disturbs them.

use std::{
    error::Error,
    fmt,
    io::IsTerminal,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::shell::{Done, cargo, root, run as call};

const KINDS: [&str; 2] = ["deposit", "transfer"];

/// How many commands a round is, and by how many callers at once.
const COMMANDS: &str = "50000";
const CALLERS: &str = "64";

/// Instructions are the difference between a run that does few and one that does more, by one caller.
const FEW: u64 = 2_000;
const MORE: u64 = 6_000;

/// Who looks on, and how much of the throughput that may cost, in per cent.
const LIMITS: [(&str, f64); 2] = [(NOBODY, 3.0), ("prometheus", 10.0)];
const NOBODY: &str = "nobody";

/// What is run in a round: not counted, the same again, and counted with each who looks on.
const WAYS: usize = 2 + LIMITS.len();

/// What a round has shown of each: nanoseconds of processors a command.
type Round = [f64; WAYS];

/// Builds both, and compares them over so many rounds.
pub(crate) fn run(options: &[String]) -> Done {
    let rounds = options.first().map_or(Ok(300), |rounds| rounds.parse::<usize>())?.max(10);
    let (unseen, seen) = (build("target/unseen", "--cfg foldline_unseen")?, build("target", "")?);
    let mut missed = Vec::new();
    for kind in KINDS {
        let rounds = measure(kind, rounds, &unseen, &seen)?;
        println!("\n| {COMMANDS} {kind}s by {CALLERS}, in memory | ns of processors | throughput lost | limit |");
        println!("| --- | ---: | ---: | ---: |");
        println!("| not counted | {:.0} | | |", half(&rounds, 0));
        println!("| the same, for comparison | {:.0} | {} | |", half(&rounds, 1), Lost::of(&rounds, 1));
        for (way, (looker, limit)) in (2..).zip(LIMITS) {
            let lost = Lost::of(&rounds, way);
            println!("| seen by {looker} | {:.0} | {lost} | {limit} % |", half(&rounds, way));
            if lost.mean > limit {
                missed.push(format!("{lost} of {kind}s when {looker} looks"));
            }
        }
        instructions(kind, &unseen, &seen)?;
    }
    if missed.is_empty() { Ok(()) } else { Err(format!("more is lost than may be: {}", missed.join(", ")).into()) }
}

/// What half of the rounds did not exceed.
fn half(rounds: &[Round], way: usize) -> f64 {
    let mut times: Vec<f64> = rounds.iter().map(|round| round[way]).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// How much of the throughput is lost, in per cent: the mean of the rounds but for the lowest and the highest tenth, and how
/// far it may be from the truth (in 95 of 100 cases).
struct Lost {
    mean: f64,
    within: f64,
}

impl Lost {
    fn of(rounds: &[Round], way: usize) -> Self {
        let mut lost: Vec<f64> = rounds.iter().map(|round| 100.0 * (1.0 - round[0] / round[way])).collect();
        lost.sort_by(f64::total_cmp);
        let tenth = lost.len() / 10;
        let lost = &lost[tenth..lost.len() - tenth];
        let many = lost.len() as f64;
        let mean = lost.iter().sum::<f64>() / many;
        let spread = lost.iter().map(|lost| (lost - mean).powi(2)).sum::<f64>() / many;
        // The spread of what is left is about two thirds of the whole (a normal one, at least), hence 1.5.
        Self { mean, within: 1.96 * 1.5 * (spread / many).sqrt() }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} % ± {:.1}", self.mean, self.within)
    }
}

/// Builds the bank, and says where it is.
fn build(folder: &str, flags: &str) -> Result<PathBuf, Box<dyn Error>> {
    let mut build = cargo(["build", "--release", "--package", "foldline", "--example", "seen", "--target-dir", folder]);
    let usual = std::env::var("RUSTFLAGS").unwrap_or_default();
    call(build.env("RUSTFLAGS", format!("{usual} {flags}").trim()))?;
    Ok(root().join(folder).join("release/examples/seen"))
}

fn measure(kind: &str, rounds: usize, unseen: &Path, seen: &Path) -> Result<Vec<Round>, Box<dyn Error>> {
    let ways: [(&Path, &str); WAYS] = [(unseen, NOBODY), (unseen, NOBODY), (seen, LIMITS[0].0), (seen, LIMITS[1].0)];
    let mut measured = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let mut times = Round::default();
        // Each goes first as often as the others.
        for way in (0..WAYS).map(|way| (way + round) % WAYS) {
            let (program, looker) = ways[way];
            let said = said(Command::new(program).args([looker, kind, COMMANDS, CALLERS]))?;
            times[way] = said.trim().parse()?;
        }
        measured.push(times);
        progress(kind, measured.len(), rounds);
    }
    Ok(measured)
}

/// Where a person looks on.
fn progress(kind: &str, done: usize, rounds: usize) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{kind}: {done} of {rounds} rounds{}", if done == rounds { "\n" } else { "" });
    }
}

fn instructions(kind: &str, unseen: &Path, seen: &Path) -> Done {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("\nIGNORED: instructions, for valgrind was not found here.");
        return Ok(());
    }
    println!("\n| one {kind} | instructions | more |\n| --- | ---: | ---: |");
    let without = a_command(unseen, NOBODY, kind)?;
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
