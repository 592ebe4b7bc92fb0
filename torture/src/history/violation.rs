//! A broken promise, told as the shortest story that shows it.

use std::fmt;

use super::{
    book::Book,
    fact::Fact,
    record::{Answer, Call, History, Saw},
};

/// What was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub(crate) enum Promise {
    /// Positions are 1, 2, 3, …
    DensePositions,
    /// Versions are 1, 2, 3, … within each stream.
    DenseVersions,
    /// Money is neither made nor lost.
    Money,
    /// A commit is there as a whole, in one piece.
    Whole,
    /// What was acknowledged is there, where it was said to be.
    Durable,
    /// A call happens once at the most.
    NoDouble,
    /// What is there was not reported as failed.
    Explained,
    /// What a decision saw was the truth, and the decision follows from it.
    Decided,
    /// Whoever asks after an answer comes after what was answered.
    RealTime,
    /// A key takes effect once, and everybody hears the first outcome.
    Once,
    /// A reader is given the log as it is, in order.
    Tailed,
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DensePositions => "positions are not 1, 2, 3, …",
            Self::DenseVersions => "versions of a stream are not 1, 2, 3, …",
            Self::Money => "money was made or lost",
            Self::Whole => "a commit is not there as a whole",
            Self::Durable => "what was acknowledged is not there",
            Self::NoDouble => "a call happened twice",
            Self::Explained => "what was reported as failed is there",
            Self::Decided => "a decision that was never right",
            Self::RealTime => "later in time, and earlier in the log",
            Self::Once => "a key took effect twice, or was answered differently",
            Self::Tailed => "a reader was given another log",
        })
    }
}

/// One broken promise.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    /// Which.
    pub promise: Promise,
    story: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.promise)?;
        self.story.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

impl Violation {
    pub(super) fn new(promise: Promise, what: impl Into<String>) -> Self {
        Self { promise, story: vec![what.into()] }
    }

    pub(super) fn line(mut self, line: impl Into<String>) -> Self {
        self.story.push(line.into());
        self
    }

    /// What a call asked for and was answered.
    pub(super) fn call(mut self, history: &History, call: Call) -> Self {
        let Some(asked) = history.asked.get(&call) else {
            return self.line(format!("nobody made a call {call}"));
        };
        let mut line = format!("call {call} (executor {}) at {}: {:?}", asked.executor, time(asked.at), asked.request);
        if let Some(key) = &asked.key {
            line += &format!(", with the key {key}");
        }
        if let Some((stream, version)) = &asked.expected {
            line += &format!(", if {stream} is at version {version}");
        }
        self.story.push(line);
        match history.answered.get(&call) {
            None => self.line("  was never answered"),
            Some((at, answer)) => {
                let saw = match answer {
                    Answer::Accepted { saw, .. } | Answer::Refused { saw, .. } => saw.as_slice(),
                    _ => &[],
                };
                saw.iter().fold(self, |story, saw| story.line(format!("  saw {saw}"))).line(format!(
                    "  was answered at {}: {}",
                    time(*at),
                    told(answer)
                ))
            }
        }
    }

    /// What the log holds of some commits.
    pub(super) fn facts<'a>(self, facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        facts.into_iter().fold(self, |story, fact| {
            let Fact { position, version, stream, commit, change, .. } = fact;
            let call = fact.call.map_or_else(|| "nobody's".into(), |call| format!("call {call}'s"));
            story.line(format!("  log {position}: {stream} version {version} {change:?}, {call} commit {commit}"))
        })
    }

    /// What the log says of something that was seen.
    pub(super) fn truth(self, log: &Book, saw: &Saw) -> Self {
        let Saw(stream, version, value) = saw;
        self.line(match log.span(*stream, *version) {
            None => format!("  {stream} never had a version {version}"),
            Some((from, to)) => {
                let actual = log.at(*stream, from).value;
                let but = if actual == *value { String::new() } else { format!(", with {actual} and not {value}") };
                let to = if to == u64::MAX { "the end".into() } else { to.to_string() };
                format!("  {stream} was at version {version} from position {from} to {to}{but}")
            }
        })
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { commit, position, versions, .. } => {
            format!("accepted as {commit} at {position:?}, {versions:?}")
        }
        Answer::Refused { refusal, .. } => format!("refused, {refusal:?}"),
        other => format!("{other:?}"),
    }
}

fn time(nanos: u64) -> String {
    format!("{:.6} s", nanos as f64 / 1e9)
}
