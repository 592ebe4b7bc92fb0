//! A program, as its user runs it.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread::{sleep, spawn},
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
    lines: Receiver<String>,
}

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(30);

impl Running {
    /// Runs it.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn start(path: &str, arguments: &[&str]) -> Done<Self> {
        let mut program = Command::new(path);
        let mut process = program.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (say, lines) = channel();
        pass_on(process.stdout.take().ok_or("no output")?, say.clone());
        pass_on(process.stderr.take().ok_or("no output")?, say);
        Ok(Self { process, lines })
    }

    /// The next line that it says, on its output or of what goes wrong.
    ///
    /// # Errors
    /// When there is none, or none comes.
    pub fn next_line(&self) -> Done<String> {
        Ok(self.lines.recv_timeout(PATIENCE)?)
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
        let pause = Duration::from_millis(10);
        for _ in 0..PATIENCE.as_millis() / pause.as_millis() {
            match self.process.try_wait()? {
                None => sleep(pause),
                Some(status) if status.success() => return Ok(self.rest()),
                Some(status) => {
                    return Err(format!("it was asked to stop, and came to this: {status}\n{}", self.rest()).into());
                }
            }
        }
        Err("it does not stop".into())
    }

    fn rest(&self) -> String {
        self.lines.iter().collect::<Vec<_>>().join("\n")
    }
}

fn pass_on(from: impl Read + Send + 'static, to: Sender<String>) {
    spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                break;
            }
        }
    });
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
    }
}
