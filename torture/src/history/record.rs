//! What the processes write down.

use std::{
    collections::BTreeMap,
    fmt, fs,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{
    name::Name,
    request::{Refusal, Request},
};
use foldline::CommitId;

/// Names one call: the process that makes it, and how many it made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Call(pub u32, pub u32);

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

impl FromStr for Call {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.').and_then(|(one, two)| Some(Self(one.parse().ok()?, two.parse().ok()?)));
        parts.ok_or_else(|| format!("`{text}` is no call"))
    }
}

/// One line of a record. Times are nanoseconds of one clock for all processes, that never steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Line {
    /// Written before the first step.
    Asked(Call, Asked),
    /// Written before anybody else hears of the answer.
    Answered {
        /// The call.
        call: Call,
        /// When.
        at: u64,
        /// What.
        answer: Answer,
    },
    /// What a reader of the log was given.
    Tailed(Tailed),
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// When.
    pub at: u64,
    /// What.
    pub request: Request,
    /// The idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The version that a stream must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<(Name, u64)>,
    /// The executor within its process, for the story.
    pub executor: u32,
}

/// A stream as `decide` saw it, or as it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saw(pub Name, pub u64, pub i64);

impl fmt::Display for Saw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at version {} with {}", self.0, self.1, self.2)
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Accepted.
    Accepted {
        /// Its commit.
        commit: CommitId,
        /// The position of its last event, if it recorded any.
        position: Option<u64>,
        /// The streams' versions after it.
        versions: Vec<(Name, u64)>,
        /// What streams became, where that was asked for.
        became: Vec<Saw>,
        /// What `decide` saw.
        saw: Vec<Saw>,
    },
    /// The first outcome of its key, again.
    Replayed {
        /// The first outcome's commit.
        commit: CommitId,
        /// The position of its last event.
        position: Option<u64>,
        /// The streams' versions after it.
        versions: Vec<(Name, u64)>,
    },
    /// Refused.
    Refused {
        /// Why.
        refusal: Refusal,
        /// What `decide` saw, if it came to that.
        saw: Vec<Saw>,
    },
    /// The key stands for another command's commit.
    KeyReused(CommitId),
    /// It may have happened, as this commit.
    Unknown(CommitId),
    /// Nothing was stored: others were faster too often, or the store was out of reach for too long.
    Nothing(String),
    /// The store refused: nothing was stored.
    Failed(String),
    /// The caller turned away before there was an answer.
    Dropped,
    /// A stream, as it was read.
    Looked(Saw),
}

/// Events in the order in which a reader of the log was given them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tailed {
    /// When.
    pub at: u64,
    /// The position behind which it began to read.
    pub after: u64,
    /// Position, version, stream and commit of each.
    pub events: Vec<(u64, u64, Name, CommitId)>,
}

/// A file of lines that a killed process leaves whole, but for the last one.
#[derive(Debug)]
pub(crate) struct Recorder(Mutex<fs::File>);

impl Recorder {
    /// Begins a file.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(Mutex::new(fs::File::create(path)?)))
    }

    /// Writes a line, and hands it to the operating system before it returns.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&text)
    }
}

/// What all processes wrote down, put together.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// What was asked for.
    pub asked: BTreeMap<Call, Asked>,
    /// When what was answered; nothing where the process did not live to hear it.
    pub answered: BTreeMap<Call, (u64, Answer)>,
    /// Each reader's pages.
    pub tails: Vec<Vec<Tailed>>,
}

impl History {
    /// Adds what one process, or one reader, wrote down.
    ///
    /// # Errors
    /// When the file cannot be read, or a line that is not its last is torn.
    pub(crate) fn add_file(&mut self, path: &Path) -> io::Result<()> {
        let mut lines = BufReader::new(fs::File::open(path)?);
        let (mut text, mut tail) = (Vec::new(), Vec::new());
        while lines.read_until(b'\n', &mut text)? > 0 {
            // Its process was killed while it wrote: it never took the step that this was to precede.
            if text.last() == Some(&b'\n') {
                self.add(serde_json::from_slice(&text)?, &mut tail);
            }
            text.clear();
        }
        if !tail.is_empty() {
            self.tails.push(tail);
        }
        Ok(())
    }

    fn add(&mut self, line: Line, tail: &mut Vec<Tailed>) {
        match line {
            Line::Asked(call, asked) => drop(self.asked.insert(call, asked)),
            Line::Answered { call, at, answer } => drop(self.answered.insert(call, (at, answer))),
            Line::Tailed(page) => tail.push(page),
        }
    }

    pub(super) fn answer(&self, call: Call) -> Option<&Answer> {
        self.answered.get(&call).map(|(_, answer)| answer)
    }
}
