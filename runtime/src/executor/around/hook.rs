//! Hooks: who wants to hear of every execution that has ended.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use super::call::Call;
use crate::{
    executor::{
        committed::Committed,
        machine::Failure,
        run::Run,
        watched::{Phases, outcome_of},
    },
    id::CommitId,
    metadata::Metadata,
    observe::CommandOutcome,
    store::Store,
};

/// What became of one execution: what
/// [`ExecutorBuilder::on_command_complete`](crate::ExecutorBuilder::on_command_complete) tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CommandReport<'a> {
    /// The command's name.
    pub command: &'static str,
    /// The log's name.
    pub log: &'a str,
    /// What it came to.
    pub outcome: CommandOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// How often somebody else was faster.
    pub conflicts: u32,
    /// How many streams it opened, and how many of them had to be read.
    pub streams: u32,
    /// See [`streams`](Self::streams).
    pub read: u32,
    /// How many events it stored.
    pub events: u32,
    /// How long it took.
    pub took: Duration,
    /// Where the time went.
    pub phases: Phases,
    /// Its commit, if it was accepted.
    pub commit: Option<CommitId>,
    /// The position of its last event, if it stored any.
    pub position: Option<u64>,
    /// What its caller said of it.
    pub metadata: &'a Metadata,
}

pub(super) type Hook = Arc<dyn Fn(&CommandReport<'_>) + Send + Sync>;

/// An execution of which hooks are told, also if its caller goes away.
pub(super) struct Reported<'a> {
    pub(super) run: Run<'a>,
    command: &'static str,
    hooks: &'a [Hook],
    told: bool,
}

impl<'a> Reported<'a> {
    pub(super) fn of(call: Call<'a>) -> Self {
        let Call { executor, options, command } = call;
        let hooks = executor.around.as_ref().map_or(&[][..], |around| &around.hooks);
        Self {
            run: Run::watched(executor, options, command, !hooks.is_empty()),
            command,
            hooks,
            told: hooks.is_empty(),
        }
    }
}

impl Reported<'_> {
    pub(super) fn ended(&mut self, ended: &Result<Committed, Failure>) {
        self.run.end(outcome_of(ended));
        self.tell(outcome_of(ended), ended.as_ref().ok());
    }

    fn tell(&mut self, outcome: CommandOutcome, committed: Option<&Committed>) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let (tally, timing) = (&self.run.watched.tally, self.run.patience.timing);
        let report = CommandReport {
            command: self.command,
            log: self.run.executor.store.name(),
            outcome,
            attempts: tally.retries + 1,
            conflicts: tally.conflicts,
            streams: tally.hits + tally.misses,
            read: tally.misses,
            events: if outcome == CommandOutcome::Committed { tally.events } else { 0 },
            took: timing.since.map(|since| since.elapsed()).unwrap_or_default(),
            phases: tally.detail.as_ref().map(|detail| detail.phases).unwrap_or_default(),
            commit: committed.map(Committed::id),
            position: committed.and_then(Committed::position),
            metadata: &self.run.options.metadata,
        };
        for hook in self.hooks {
            // What happened has happened: a hook that panics changes nothing about it.
            let told = catch_unwind(AssertUnwindSafe(|| hook(&report)));
            if told.is_err() {
                tracing::error!(target: "foldline", command = self.command, "a hook panicked");
            }
        }
    }
}

impl Drop for Reported<'_> {
    fn drop(&mut self) {
        self.tell(CommandOutcome::Cancelled, None);
    }
}

impl fmt::Display for CommandReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, outcome, took, attempts, events, .. } = self;
        write!(f, "{command}: {outcome} in {took:.1?}, attempts {attempts}, events {events}")
    }
}
