//! A program, as its user runs it.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::Done;

/// What it says, if all went well. `path` is the program's: `env!("CARGO_BIN_EXE_…")`.
///
/// # Errors
/// When it failed, with what it said.
pub fn says(path: &str, arguments: &[&str]) -> Done<String> {
    let ran = Command::new(path).args(arguments).output()?;
    let said = String::from_utf8(ran.stdout)?;
    if ran.status.success() {
        Ok(said)
    } else {
        Err(format!("{said}\n{}", String::from_utf8_lossy(&ran.stderr)).into())
    }
}

/// A program that goes on until it is asked to stop.
#[derive(Debug)]
pub struct Running {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Runs it.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn start(path: &str, arguments: &[&str]) -> Done<Self> {
        let mut process = Command::new(path).args(arguments).stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        Ok(Self { process, lines: BufReader::new(output).lines() })
    }

    /// The next line that it says.
    ///
    /// # Errors
    /// When there is none any more.
    pub fn next_line(&mut self) -> Done<String> {
        Ok(self.lines.next().ok_or("it has said all")??)
    }

    /// Asks it to stop.
    ///
    /// # Errors
    /// When it is not there any more.
    pub fn ask(&self, signal: Signal) -> Done {
        Ok(kill_process(Pid::from_child(&self.process), signal)?)
    }

    /// Waits until it has stopped. What it says until then is the answer.
    ///
    /// # Errors
    /// When it goes on, was killed, or ends badly.
    pub fn stops(mut self) -> Done<String> {
        for _ in 0..3_000 {
            match self.process.try_wait()? {
                None => sleep(Duration::from_millis(10)),
                Some(status) if status.success() => {
                    return Ok(self.lines.by_ref().collect::<Result<Vec<_>, _>>()?.join("\n"));
                }
                Some(status) => return Err(format!("it was asked to stop, and came to this: {status}").into()),
            }
        }
        Err("it does not stop".into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
    }
}
