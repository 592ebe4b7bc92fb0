//! A round in a process of its own: what one system keeps, allocates or breaks is nobody else's.
//!
//! Orders go to its input. Replies come by its error output, since some systems print to the other.

use std::{env, process::Stdio};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdin, Command},
};

use crate::{bank::Fault, drive::Measured, ledger::Page};

/// What stands before a reply, so that no other line is taken for one.
const REPLY: &str = "peers> ";

/// What a process hands back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) measured: Measured,
    /// What was acknowledged.
    pub(crate) page: Page,
    /// What is wrong with the log, if anything is, as far as the process has looked.
    pub(crate) wrong: Option<String>,
}

/// Such a process, seen from outside.
pub(crate) struct Process {
    child: Child,
    orders: ChildStdin,
    replies: Lines<BufReader<ChildStderr>>,
    /// What it said last beside its replies: the reason, if it breaks.
    last: String,
}

impl Process {
    /// This program once more. It ends when this is dropped.
    pub(crate) fn start(arguments: &[&str]) -> Result<Self, Fault> {
        let mut command = Command::new(env::current_exe()?);
        command.args(arguments).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let orders = child.stdin.take().ok_or("a process without an input")?;
        let replies = BufReader::new(child.stderr.take().ok_or("a process without an output")?).lines();
        Ok(Self { child, orders, replies, last: String::new() })
    }

    /// Waits for this reply.
    pub(crate) async fn hear(&mut self, word: &str) -> Result<(), Fault> {
        let heard = self.reply().await?;
        if heard == word { Ok(()) } else { Err(format!("a process says `{heard}` instead of `{word}`").into()) }
    }

    /// Lets it go on.
    pub(crate) async fn go(&mut self) -> Result<(), Fault> {
        self.orders.write_all(b"go\n").await?;
        Ok(self.orders.flush().await?)
    }

    /// What it hands back, or anything else.
    pub(crate) async fn hand_back<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        Ok(serde_json::from_str(&self.reply().await?)?)
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) -> Result<(), Fault> {
        drop(self.orders);
        self.child.wait().await?;
        Ok(())
    }

    async fn reply(&mut self) -> Result<String, Fault> {
        while let Some(line) = self.replies.next_line().await? {
            match line.strip_prefix(REPLY) {
                Some(reply) => return Ok(reply.to_owned()),
                None if line.trim().is_empty() => {}
                None => self.last = line,
            }
        }
        Err(format!("a process ended with `{}`", self.last).into())
    }
}

/// The process's own side: says a word, or hands something back.
pub(crate) fn reply(text: &str) {
    eprintln!("{REPLY}{text}");
}

/// The process's own side: waits to be let on.
pub(crate) fn wait_for_go() -> Result<(), Fault> {
    let mut order = String::new();
    std::io::stdin().read_line(&mut order)?;
    if order.trim() == "go" { Ok(()) } else { Err("whoever ordered this is gone".into()) }
}
