//! Samples of a running program, by perf.

use std::{
    error::Error,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::shell::{cargo, root, run as call};

/// What the program is called that is looked at, before the dash.
pub(crate) const PROGRAM: &str = "cost";

/// Where the program and what comes of it lie: built otherwise than everything else, so apart from it.
pub(crate) fn folder() -> PathBuf {
    root().join("target").join("profile")
}

/// Runs one workload under perf, and returns what `perf script` says of it; `None`, and a word how, where it cannot be.
pub(crate) fn record(workload: &str, count: usize) -> Result<Option<String>, Box<dyn Error>> {
    if !is_allowed() {
        println!(
            "\nNO FLAME GRAPH: perf is not here, or may not look. Install it (Debian: `linux-perf`, Ubuntu: `linux-tools-generic`, \
             Fedora: `perf`), and let it: `sudo sysctl kernel.perf_event_paranoid=1`"
        );
        return Ok(None);
    }
    let mut build = bench();
    call(build.arg("--no-run"))?;
    let data = folder().join("perf.data");
    let mut record = Command::new("perf");
    record.args(["record", "--quiet", "--freq", "1999", "--call-graph", "fp", "--output"]).arg(&data).arg("--");
    let run = bench();
    record.arg(run.get_program()).args(run.get_args()).args(["--", "run", workload, &count.to_string()]);
    for (name, value) in run.get_envs() {
        value.map(|value| record.env(name, value));
    }
    call(record.current_dir(root()).stdin(Stdio::null()))?;
    let script = Command::new("perf").args(["script", "--fields", "comm,ip,sym", "--input"]).arg(&data).output()?;
    if !script.status.success() {
        return Err(format!("`perf script` failed: {}", String::from_utf8_lossy(&script.stderr)).into());
    }
    Ok(Some(String::from_utf8_lossy(&script.stdout).into_owned()))
}

fn is_allowed() -> bool {
    let mut perf = Command::new("perf");
    perf.args(["record", "--quiet", "--output", "/dev/null", "--", "true"]);
    perf.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// With frame pointers, by which perf finds who called whom.
fn bench() -> Command {
    let mut cargo = cargo(["bench", "--package", "foldline", "--bench", PROGRAM, "--target-dir"]);
    cargo
        .arg(folder())
        .env("RUSTFLAGS", "-C force-frame-pointers=yes")
        .env("CARGO_PROFILE_BENCH_DEBUG", "line-tables-only");
    cargo
}
