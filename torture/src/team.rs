//! The processes that execute commands.

use std::{
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{Failure, client};

/// What every process is told.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    pub(crate) url: String,
    pub(crate) schema: String,
    pub(crate) folder: PathBuf,
    pub(crate) seed: u64,
    pub(crate) executors: u32,
    pub(crate) concurrency: u32,
}

/// Processes that run, and are replaced when they are killed.
#[derive(Debug)]
pub(crate) struct Team {
    orders: Orders,
    members: Vec<Child>,
    started: u32,
    answered: Arc<AtomicU64>,
}

impl Team {
    pub(crate) fn start(orders: Orders, processes: u32) -> Result<Self, Failure> {
        let mut team = Self { orders, members: Vec::new(), started: 0, answered: Arc::default() };
        for _ in 0..processes {
            let member = team.spawn()?;
            team.members.push(member);
        }
        Ok(team)
    }

    /// How many calls were answered so far.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// How many processes there have been.
    pub(crate) fn started(&self) -> u32 {
        self.started
    }

    fn spawn(&mut self) -> Result<Child, Failure> {
        let Orders { url, schema, folder, seed, executors, concurrency } = &self.orders;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["client", "--process", &self.started.to_string(), "--seed", &seed.to_string()])
            .args(["--executors", &executors.to_string(), "--concurrency", &concurrency.to_string()])
            .args(["--schema", schema, "--folder"])
            .arg(folder)
            .env(client::URL, url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // An interrupt from the keyboard is for the supervisor alone.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        self.started += 1;
        if let Some(out) = child.stdout.take() {
            let answered = Arc::clone(&self.answered);
            tokio::spawn(async move {
                let mut lines = BufReader::new(out).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    answered.fetch_add(line.parse().unwrap_or(0), Ordering::Relaxed);
                }
            });
        }
        Ok(child)
    }

    /// Kills one as `kill -9` does, and starts another in its place.
    pub(crate) async fn kill(&mut self, index: usize) -> Result<(), Failure> {
        let next = self.spawn()?;
        let count = self.members.len();
        let member = self.members.get_mut(index % count).ok_or("there are no processes")?;
        let mut dead = std::mem::replace(member, next);
        dead.kill().await?;
        Ok(())
    }

    /// Kills all of them, and starts others once they are dead: for a moment nobody has the log open.
    pub(crate) async fn kill_all(&mut self) -> Result<(), Failure> {
        let count = self.members.len();
        for mut member in std::mem::take(&mut self.members) {
            member.kill().await?;
        }
        for _ in 0..count {
            let next = self.spawn()?;
            self.members.push(next);
        }
        Ok(())
    }

    /// Stops the clock of one, as a machine that swaps or a debugger does, or lets it go on.
    pub(crate) fn freeze(&self, index: usize, frozen: bool) -> Result<(), Failure> {
        let member = self.members.get(index % self.members.len().max(1)).and_then(Child::id);
        let pid = member.and_then(|id| Pid::from_raw(id.try_into().ok()?)).ok_or("the process has ended by itself")?;
        Ok(kill_process(pid, if frozen { Signal::STOP } else { Signal::CONT })?)
    }

    /// Fails when one has ended by itself.
    pub(crate) fn look(&mut self) -> Result<(), Failure> {
        for member in &mut self.members {
            if let Some(status) = member.try_wait()? {
                return Err(format!("a process ended by itself: {status}").into());
            }
        }
        Ok(())
    }

    /// Lets all finish what they are about, and end.
    pub(crate) async fn finish(&mut self) -> Result<(), Failure> {
        for member in &mut self.members {
            drop(member.stdin.take());
        }
        for member in &mut self.members {
            let status = member.wait().await?;
            if !status.success() {
                return Err(format!("a process failed: {status}").into());
            }
        }
        Ok(())
    }
}
