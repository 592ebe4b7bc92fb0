//! Counting the lines that the macros write.

use std::{
    error::Error,
    io::Write,
    process::{Command, Stdio},
};

use crate::project::{Pair, Project};

/// How many lines Foldline writes for one more of a subject: those that expansion adds, less those that it adds to the
/// same code without Foldline.
pub(crate) fn lines(pair: &Pair) -> Result<f64, Box<dyn Error>> {
    let (smaller, larger) = (generated(&pair.smaller)?, generated(&pair.larger)?);
    Ok((larger - smaller) / pair.difference as f64)
}

fn generated(project: &Project) -> Result<f64, Box<dyn Error>> {
    Ok(added(project, &project.source)? - added(project, &project.plain)?)
}

/// How many lines `code` has more once it is expanded.
fn added(project: &Project, code: &str) -> Result<f64, Box<dyn Error>> {
    project.put(code)?;
    // The compiler prints its expansion only where unstable options are allowed.
    let output = project
        .cargo("rustc")
        .args(["--profile", "check", "--", "-Zunpretty=expanded"])
        .env("RUSTC_BOOTSTRAP", "1")
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("a crate whose lines are counted does not expand".into());
    }
    Ok(count(&String::from_utf8(output.stdout)?)? as f64 - count(code)? as f64)
}

/// The lines of `code` as rustfmt breaks them, those without a word left out.
fn count(code: &str) -> Result<usize, Box<dyn Error>> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=120"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = rustfmt.stdin.take() {
        input.write_all(code.as_bytes())?;
    }
    let output = rustfmt.wait_with_output()?;
    if !output.status.success() {
        return Err("rustfmt refuses the expanded code".into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().filter(|line| !line.trim().is_empty()).count())
}
