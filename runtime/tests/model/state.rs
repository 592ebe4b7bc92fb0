//! Everything that two processes, their writers and one log can be in the middle of.

use crate::{
    ends::Ends,
    log::Log,
    rules::Rules,
    small::{Id, Ids, List, View},
};

pub(crate) const STREAMS: usize = 3;
pub(crate) const COMMANDS: usize = 4;
pub(crate) const PROCESSES: usize = 2;

/// How a command opens a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
    /// It must have no events, and is not read at first.
    New,
}

/// What a command decides, whatever it sees: the model looks at what was seen, and not at what was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// One event on each stream that it writes.
    Record,
    /// No event, and it says no; an acceptance without events takes the same way.
    Decline,
    /// It records, and then says no.
    RecordAndDecline,
}

/// A command, and where it is executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) process: usize,
    pub(crate) access: [Option<Access>; STREAMS],
    pub(crate) verdict: Verdict,
}

impl Plan {
    pub(crate) fn opens(&self, stream: usize) -> bool {
        self.access[stream].is_some()
    }

    pub(crate) fn writes(&self, stream: usize) -> bool {
        matches!(self.access[stream], Some(Access::Write | Access::New))
    }

    pub(crate) fn is_new(&self, stream: usize) -> bool {
        self.access[stream] == Some(Access::New)
    }

    pub(crate) fn streams(&self) -> impl Iterator<Item = usize> + '_ {
        (0..STREAMS).filter(|stream| self.opens(*stream))
    }
}

/// What is to be gone through.
#[derive(Clone)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) plans: Vec<Plan>,
    /// How often each may happen.
    pub(crate) budget: Budget,
    /// How many commits a writer has room for.
    pub(crate) places: usize,
    /// Whether a durable state is kept in its slot.
    pub(crate) keeps: bool,
    pub(crate) rules: Rules,
}

impl Scenario {
    /// Whether there is nobody and nothing that could make an expectation stale: one process, and no lost answer.
    pub(crate) fn is_undisturbed(&self) -> bool {
        self.budget.losses == 0 && self.plans.iter().all(|plan| plan.process == 0)
    }
}

/// What may still go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Budget {
    pub(crate) losses: u8,
    pub(crate) crashes: u8,
    pub(crate) cancels: u8,
    pub(crate) evictions: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct World {
    pub(crate) log: Log,
    pub(crate) processes: [Process; PROCESSES],
    pub(crate) commands: [Command; COMMANDS],
    /// Batches whose connection is gone: each arrives late, or never.
    pub(crate) late: List<Batch, 3>,
    pub(crate) budget: Budget,
    /// The promise that was broken on the way here.
    pub(crate) broken: Option<&'static str>,
}

impl World {
    pub(crate) fn breaks(&mut self, promise: &'static str) {
        self.broken.get_or_insert(promise);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Process {
    pub(crate) crashed: bool,
    pub(crate) slots: [Slot; STREAMS],
    pub(crate) queue: List<Commit, COMMANDS>,
    pub(crate) flight: Option<Flight>,
    /// Commits that came to nothing since the last plan.
    pub(crate) failed: Ids,
    /// The log reaches at least this far.
    pub(crate) head: u8,
    pub(crate) ends: Ends,
}

/// A stream's state as the last command left it. Its lane is held by those commands that say so.
///
/// Tickets are looked at when they are settled, for all who hold them: nobody can tell that from looking later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Slot {
    /// Nothing if there is none.
    pub(crate) state: View,
    /// The commit that the state stands on, while that is not durable.
    pub(crate) ticket: Id,
    /// The last commit that wrote the stream, while that is under way: whatever became of the state.
    pub(crate) under_way: Id,
    /// A state that failed, for those who would load upon it (rule 6 taken out).
    pub(crate) failed: View,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Command {
    pub(crate) phase: Phase,
    /// The log's end when it began: what it saw was the truth then or later.
    pub(crate) began: u8,
    /// Lanes that it holds, and those that it wants for itself although it only reads.
    pub(crate) held: Streams,
    pub(crate) alone: Streams,
    pub(crate) unread: Streams,
    pub(crate) views: [View; STREAMS],
    /// What each view stands on, while that is not durable.
    pub(crate) bases: [Id; STREAMS],
    /// A place that it did not give back (rule 3 taken out).
    pub(crate) keeps_place: bool,
    pub(crate) attempts: u8,
    pub(crate) submissions: u8,
}

/// Streams as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Streams(u8);

impl Streams {
    pub(crate) fn insert(&mut self, stream: usize) {
        self.0 |= 1 << stream;
    }

    pub(crate) fn has(self, stream: usize) -> bool {
        self.0 & (1 << stream) != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a command waits for; it can be cancelled wherever it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Phase {
    /// Not begun.
    #[default]
    Idle,
    /// For its lanes, one after the other.
    Locking,
    /// For the store to read what no slot has.
    Loading,
    /// For what it stands on (a command that has lost twice).
    Settling,
    /// It has decided, and waits for a place in the queue.
    Reserving,
    /// It has looked at what it stands on, and the writer comes in between (rule 3 taken out).
    Placed,
    /// For its commit.
    Submitted,
    /// It was told, and has not looked.
    Told(Outcome),
    Ended(Answer),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    Committed,
    /// A stream was not as it was seen, with its version if the log itself looked.
    Stale(usize, Option<u8>),
    /// Nothing was stored, says a store that may be wrong (rules 9 and 10 taken out).
    Failed,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Recorded,
    Declined,
    AlreadyExists,
    Unknown,
    Cancelled,
    Crashed,
}

/// What one submission asks of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Commit {
    pub(crate) id: Id,
    pub(crate) saw: [View; STREAMS],
    pub(crate) records: bool,
}

/// Commits that are sent together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Batch {
    pub(crate) commits: List<Commit, COMMANDS>,
    /// The head before it was first sent, if this is not that time.
    pub(crate) known_head: Option<u8>,
    /// What its writer knew when it was first sent.
    pub(crate) ends: Ends,
}

/// The one batch that a writer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Flight {
    pub(crate) batch: Batch,
    /// What the log said of it, on its way back.
    pub(crate) reply: Option<List<Told, COMMANDS>>,
}

/// What the log says of one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Told {
    #[default]
    Committed,
    Refused(usize, Option<u8>),
    /// To be asked about again.
    Again,
}
