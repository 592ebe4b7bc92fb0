//! What a database is asked in one go, and how its answer is read.

use crate::{
    id::CommitId,
    store::{Commit, Expectation, Refusal},
};

/// Commits that are appended together, in order, in one round trip.
///
/// What the batch guarantees by itself needs no look into the database; what remains is here: each stream stands once
/// among the [`expectations`](Self::expectations), as the first commit that names it saw it.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(super) commits: Vec<Commit>,
    pub(super) expectations: Vec<Expectation>,
    pub(super) uses: Vec<Link>,
    pub(super) stands: Vec<Link>,
    pub(super) known_head: Option<u64>,
    pub(super) unmoved: Option<Point>,
    pub(super) known: Vec<bool>,
}

/// The end of a log: its last event's position, and the commit that this came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The last position.
    pub position: u64,
    /// The commit of the event there.
    pub commit: CommitId,
}

/// A commit of a batch, and what it leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The commit: an index into the batch's commits.
    pub commit: usize,
    /// An index into the batch's expectations, or its commits.
    pub on: usize,
}

/// What became of one commit of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted and durable, its last event at this position; `None` if it has no events.
    Committed(Option<u64>),
    /// Not accepted.
    Refused(Refusal),
    /// Nothing of it is stored, and nothing of an earlier sending can still arrive: it is to be asked about again.
    Again,
}

impl Verdict {
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// What a database found under its lock.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The head before the batch.
    pub head: u64,
    /// Expectations of the batch that do not hold, with the version that their stream has.
    pub stale: Vec<(usize, u64)>,
    /// Commits whose idempotency key is taken, and what the key stands for.
    pub taken: Vec<(usize, Refusal)>,
}

#[cfg(all(test, feature = "sqlite"))]
impl Batch {
    /// Commits that share no stream, sent for the first time or again.
    pub(crate) fn of(commits: Vec<Commit>, known_head: Option<u64>) -> Self {
        let mut batch = Self { known_head, ..Self::default() };
        for (nth, commit) in commits.iter().enumerate() {
            for seen in commit.expectations() {
                batch.uses.push(Link { commit: nth, on: batch.expectations.len() });
                batch.expectations.push(seen.clone());
            }
        }
        batch.commits = commits;
        batch
    }
}

impl Batch {
    /// The commits, in order.
    #[must_use]
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// What the database has to check: each stream once.
    #[must_use]
    pub fn expectations(&self) -> &[Expectation] {
        &self.expectations
    }

    /// Which commit is refused when which expectation does not hold.
    #[must_use]
    pub fn uses(&self) -> &[Link] {
        &self.uses
    }

    /// Which commit is refused when which earlier commit is. Ordered by the commit.
    #[must_use]
    pub fn stands(&self) -> &[Link] {
        &self.stands
    }

    /// The head that was known before the batch was sent for the first time, if this is not that time.
    ///
    /// An earlier sending may have been executed, or be executed later. The database looks behind this head for the
    /// batch's commits before it does anything else, and does nothing if it finds one.
    #[must_use]
    pub fn known_head(&self) -> Option<u64> {
        self.known_head
    }

    /// Where the log ended when the batch's [`known`](Self::known) expectations were seen to hold.
    #[must_use]
    pub fn unmoved(&self) -> Option<Point> {
        self.unmoved
    }

    /// Which of the expectations hold for certain if the log still ends where it did ([`unmoved`](Self::unmoved)): since
    /// then nobody has appended anything, and before that it was this writer who wrote those streams. A database that sees
    /// under its lock that it ends there need not look at them. Beside the expectations; empty if none is known.
    #[must_use]
    pub fn known(&self) -> &[bool] {
        &self.known
    }

    /// The commits that are refused, directly or because of what they stand on.
    #[must_use]
    pub fn refused(&self, found: &Found) -> Vec<bool> {
        let mut refused = vec![false; self.commits.len()];
        let mut refuse = |commit: usize| {
            if let Some(commit) = refused.get_mut(commit) {
                *commit = true;
            }
        };
        found.taken.iter().for_each(|(commit, _)| refuse(*commit));
        for Link { commit, on } in &self.uses {
            if found.stale.iter().any(|(stale, _)| stale == on) {
                refuse(*commit);
            }
        }
        // A commit stands on earlier ones only, and links are ordered by the commit: one pass sees all that follows.
        for Link { commit, on } in &self.stands {
            if refused.get(*on) == Some(&true)
                && let Some(commit) = refused.get_mut(*commit)
            {
                *commit = true;
            }
        }
        refused
    }

    /// Reads what was found under the lock as one verdict a commit: those that are not refused were stored behind the head.
    #[must_use]
    pub fn verdicts(&self, mut found: Found) -> Vec<Verdict> {
        let refused = self.refused(&found);
        let mut head = found.head;
        let mut verdicts = Vec::with_capacity(self.commits.len());
        for (index, (commit, refused)) in self.commits.iter().zip(refused).enumerate() {
            verdicts.push(if let Some(at) = found.taken.iter().position(|(taken, _)| *taken == index) {
                Verdict::Refused(found.taken.swap_remove(at).1)
            } else if refused {
                Verdict::Refused(self.staleness(index, &found))
            } else {
                head += commit.events().len() as u64;
                Verdict::Committed((!commit.events().is_empty()).then_some(head))
            });
        }
        verdicts
    }

    /// The verdicts when an earlier sending was found in the log: it is what happened. The others were refused then, and
    /// are asked about again, so that what they are told is what the database says.
    #[must_use]
    pub fn verdicts_of_earlier(&self, earlier: &[(CommitId, Option<u64>)]) -> Vec<Verdict> {
        let find = |id| earlier.iter().find(|(known, _)| *known == id);
        let verdict = |commit: &Commit| find(commit.id()).map_or(Verdict::Again, |(_, at)| Verdict::Committed(*at));
        self.commits.iter().map(verdict).collect()
    }

    fn staleness(&self, index: usize, found: &Found) -> Refusal {
        let of_its_own = self.uses.iter().filter(|link| link.commit == index).find_map(|link| {
            let (_, actual) = found.stale.iter().find(|(stale, _)| *stale == link.on)?;
            Some((self.expectations.get(link.on)?.stream.clone(), Some(*actual)))
        });
        // What it stood on was refused: nobody looked how far the stream reaches now.
        let (stream, actual) = of_its_own.unwrap_or_else(|| (self.inherited(index), None));
        Refusal::Stale { stream, actual }
    }

    fn inherited(&self, index: usize) -> crate::stream::StreamName {
        let written = |on: usize| {
            let before = self.commits.get(on)?;
            let saw = self.commits.get(index)?.expectations();
            let shared = |event: &crate::store::NewEvent| {
                let stream = &before.expectations().get(event.stream)?.stream;
                saw.iter().find(|seen| seen.stream == *stream).map(|seen| seen.stream.clone())
            };
            before.events().iter().find_map(shared)
        };
        let stands = self.stands.iter().filter(|link| link.commit == index);
        stands.map(|link| link.on).find_map(written).unwrap_or_else(|| "".into())
    }
}
