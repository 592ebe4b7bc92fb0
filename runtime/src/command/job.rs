//! A command with its type forgotten: what the executor works with.

use std::{
    any::Any,
    cell::OnceCell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{Command, Entries, Fingerprint, Opener, Paused, entries::Shelf, opener::Pause};
use crate::handle::{Recording, Session};

/// One command under execution. What only its own type can hold, an error or a panic, stays inside until it is proven.
pub(crate) trait Job: Send {
    fn name(&self) -> &'static str;
    /// Opens the streams as far as they are known, and decides once all are.
    fn step(&mut self, entries: &mut Entries, shelf: Option<&dyn Shelf>) -> Step;
    /// Whether the domain has its own error for a stream of `field` that is not as it must be; kept as the rejection.
    fn otherwise(&mut self, field: &str) -> bool;
    fn fingerprint(&self, entries: &Entries) -> Fingerprint;
}

pub(crate) enum Step {
    /// It cannot decide yet, or never will.
    Paused(Pause),
    Decided(Decision),
}

pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    pub(crate) recording: Recording,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Rejected,
    Panicked,
}

/// A job that remembers its command's type.
pub(crate) struct Typed<C: Command> {
    pub(crate) command: C,
    pub(crate) rejection: Option<C::Error>,
    pub(crate) panic: Option<Box<dyn Any + Send>>,
}

impl<C: Command> Typed<C> {
    pub(crate) fn new(command: C) -> Self {
        Self { command, rejection: None, panic: None }
    }
}

impl<C: Command> Job for Typed<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn step(&mut self, entries: &mut Entries, shelf: Option<&dyn Shelf>) -> Step {
        (self.rejection, self.panic) = (None, None);
        let session = OnceCell::new();
        let command = &self.command;
        // A panic in `decide`, in a fold or in a key is a verdict like another: it is answered once what led to it is
        // proven. Nothing outlives it but the entries, and those are dropped with the attempt.
        let verdict = catch_unwind(AssertUnwindSafe(|| -> Result<Result<(), C::Error>, Paused> {
            let mut opener = Opener::new(entries, shelf, &session);
            let mut streams = command.open(&mut opener)?;
            opener.finish();
            Ok(command.decide_on(&mut streams))
        }));
        let verdict = match verdict {
            Ok(Err(paused)) => return Step::Paused(paused.0),
            Ok(Ok(Ok(()))) => Verdict::Accepted,
            Ok(Ok(Err(error))) => {
                self.rejection = Some(error);
                Verdict::Rejected
            }
            Err(panic) => {
                self.panic = Some(panic);
                Verdict::Panicked
            }
        };
        Step::Decided(Decision { verdict, recording: session.into_inner().map(Session::finish).unwrap_or_default() })
    }

    fn otherwise(&mut self, field: &str) -> bool {
        self.rejection = self.command.otherwise(field);
        self.rejection.is_some()
    }

    fn fingerprint(&self, entries: &Entries) -> Fingerprint {
        let mut fingerprint = Fingerprint::new();
        fingerprint.text(C::NAME);
        // Not the followed ones: a repeat may find them elsewhere.
        for entry in entries.as_slice().iter().filter(|entry| entry.hop == 0) {
            fingerprint.text(entry.field);
            fingerprint.text(entry.name.as_str());
        }
        self.command.fingerprint(&mut fingerprint);
        fingerprint
    }
}
