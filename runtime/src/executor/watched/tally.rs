//! What one execution does, as it does it.

use std::time::{Duration, Instant};

use smallvec::SmallVec;

use crate::{observe::SEEN, store::Commit};

/// What one execution came through. Filled in on its way.
#[derive(Debug, Default)]
pub(in crate::executor) struct Tally {
    /// How often it began again.
    pub(in crate::executor) retries: u32,
    /// How often because somebody else had changed a stream.
    pub(in crate::executor) conflicts: u32,
    /// Streams that were found in their slots, and those that were read.
    pub(in crate::executor) hits: u32,
    pub(in crate::executor) misses: u32,
    /// How many streams this attempt has opened before.
    before: u32,
    /// The events of its last attempt.
    pub(in crate::executor) events: u32,
    /// Whether these are others than its kind of command mostly records. Nobody asks where nobody exports.
    pub(super) unusual: bool,
    /// For those who want to know more.
    pub(in crate::executor) detail: Option<Box<Detail>>,
}

/// What is looked at only where somebody will see it.
#[derive(Debug, Default)]
pub(in crate::executor) struct Detail {
    /// The events of its last attempt, by name, if they are unusual.
    pub(in crate::executor) kinds: SmallVec<[(&'static str, u64); 2]>,
    pub(in crate::executor) phases: Phases,
    /// The last look at the clock, of an execution that is timed.
    last: Option<Instant>,
}

impl Detail {
    fn submits(&mut self, commit: &Commit) {
        self.kinds.clear();
        for event in commit.events() {
            match self.kinds.iter_mut().find(|(name, _)| std::ptr::eq(*name, event.name)) {
                Some((_, count)) => *count += 1,
                None => self.kinds.push((event.name, 1)),
            }
        }
    }

    #[inline(never)]
    fn lap(&mut self, phase: impl FnOnce(&mut Phases) -> &mut Duration) {
        if let Some(last) = &mut self.last {
            let now = Instant::now();
            *phase(&mut self.phases) += now - *last;
            *last = now;
        }
    }
}

/// Where an execution's time went, all its attempts together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phases {
    /// Until its streams were at hand.
    pub load: Duration,
    /// Deciding.
    pub decide: Duration,
    /// Until what it came to was durable.
    pub append: Duration,
    /// Between attempts.
    pub pause: Duration,
}

impl Tally {
    /// Of an execution that began then, if it is timed, and that somebody wants to know more of.
    pub(in crate::executor) fn detailed(began: Option<Instant>) -> Self {
        Self { detail: Some(Box::new(Detail { last: began, ..Detail::default() })), ..Self::default() }
    }

    /// Streams were opened: so many were at hand, and so many were read. With each step to followed streams, those before
    /// are opened once more.
    #[inline]
    pub(in crate::executor) fn opened(&mut self, (found, read): (u32, u32)) {
        if SEEN {
            self.hits += found.saturating_sub(self.before);
            self.misses += read;
            self.before = found + read;
        }
    }

    pub(in crate::executor) fn begins_again(&mut self, conflicts: u32) {
        self.retries += 1;
        (self.conflicts, self.before) = (conflicts, 0);
    }

    /// What it records is looked at by name, if it is unusual.
    pub(super) fn submits(&mut self, commit: &Commit, usual: bool) {
        self.unusual = !usual;
        if self.unusual {
            self.detail.get_or_insert_default().submits(commit);
        }
    }

    /// What was since the last look at the clock belongs to this phase.
    #[inline]
    pub(in crate::executor) fn lap(&mut self, phase: impl FnOnce(&mut Phases) -> &mut Duration) {
        if SEEN && let Some(detail) = &mut self.detail {
            detail.lap(phase);
        }
    }
}
