//! `cargo xtask ops`: the rules and a scrape, as Prometheus itself sees them.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::shell::{Done, cargo, root, run as call};

const RULES: &str = "ops/prometheus/foldline.rules.yml";
const TESTS: &str = "ops/prometheus/foldline.rules.test.yml";

/// Looks through the alert rules, tries them, and looks through what a bank exports.
pub(crate) fn run() -> Done {
    if Command::new("promtool").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!(
            "\nIGNORED: the alert rules and the scrape, for promtool was not found here. Your system's package `prometheus` has it.\n"
        );
        return Ok(());
    }
    call(promtool().args(["check", "rules", RULES]))?;
    call(promtool().args(["test", "rules", TESTS]))?;
    let mut scrape =
        cargo(["run", "--quiet", "--package", "foldline", "--features", "postgres", "--example", "scrape"]);
    println!("\n$ cargo run --package foldline --features postgres --example scrape | promtool check metrics");
    let scraped = scrape.stderr(Stdio::inherit()).output()?;
    if !scraped.status.success() || scraped.stdout.is_empty() {
        return Err("the bank exports nothing".into());
    }
    let mut check = promtool().args(["check", "metrics"]).stdin(Stdio::piped()).spawn()?;
    check.stdin.take().ok_or("promtool takes nothing in")?.write_all(&scraped.stdout)?;
    if check.wait()?.success() { Ok(()) } else { Err("Prometheus does not like what the bank exports".into()) }
}

fn promtool() -> Command {
    let mut promtool = Command::new("promtool");
    promtool.current_dir(root());
    promtool
}
