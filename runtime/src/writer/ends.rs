//! What a writer knows of its log's streams from having written them.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::batch::{Batch, Point, Verdict};
use crate::{
    store::{Commit, Expectation, Seen},
    stream::StreamName,
};

/// How many streams are remembered, at some 100 bytes each.
const STREAMS: usize = 65_536;

/// The ends of streams as they were when the log ended at a certain point: whatever this writer itself appended since it
/// last met a stranger's events. They hold as long as the log still ends there, which the database sees under its lock.
#[derive(Debug, Default)]
pub(super) struct Ends {
    at: Option<Point>,
    streams: HashMap<StreamName, Seen, RandomState>,
}

impl Ends {
    /// Says which of a batch's expectations need no look into the database, and until when.
    pub(super) fn vouch(&self, batch: &mut Batch) {
        let Some(at) = self.at else { return };
        let known = |seen: &Expectation| self.streams.get(&seen.stream) == Some(&seen.seen);
        batch.known.clear();
        batch.known.extend(batch.expectations.iter().map(known));
        batch.unmoved = Some(at);
    }

    /// Learns what became of a batch that was answered when it was first sent.
    pub(super) fn learn<'a>(&mut self, answered: impl Iterator<Item = (&'a Commit, &'a Verdict)>) {
        for (commit, verdict) in answered {
            let Verdict::Committed(Some(position)) = verdict else { continue };
            let before = position.saturating_sub(commit.events().len() as u64);
            if self.at.is_some_and(|at| at.position != before) || self.streams.len() >= STREAMS {
                self.streams.clear();
            }
            self.at = Some(Point { position: *position, commit: commit.id() });
            self.wrote(commit);
        }
    }

    /// Forgets everything: for when it is not known what was appended in what order.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn wrote(&mut self, commit: &Commit) {
        for (index, Expectation { stream, seen }) in commit.expectations().iter().enumerate() {
            let events = commit.events().iter().filter(|event| event.stream == index).count() as u64;
            if events > 0 {
                let end = Seen::At { version: seen.version().saturating_add(events), commit: commit.id() };
                // Mostly it is there: a look costs less than another name for it.
                match self.streams.get_mut(stream) {
                    Some(known) => *known = end,
                    None => drop(self.streams.insert(stream.clone(), end)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::StoreError, id::CommitId, store::NewEvent};

    fn commit(stream: &str, seen: Seen) -> Result<Commit, StoreError> {
        let event = NewEvent { stream: 0, name: "done", schema_version: 1, payload: 0..0 };
        Commit::new(CommitId::fresh(), vec![Expectation { stream: stream.into(), seen }])
            .with_events(vec![event], Vec::new())
    }

    fn vouched(ends: &Ends, stream: &str, seen: Seen) -> Option<bool> {
        let mut batch = Batch { expectations: vec![Expectation { stream: stream.into(), seen }], ..Batch::default() };
        ends.vouch(&mut batch);
        batch.unmoved()?;
        batch.known().first().copied()
    }

    #[test]
    fn what_it_wrote_it_knows_until_a_stranger_writes() -> Result<(), StoreError> {
        let mut ends = Ends::default();
        assert_eq!(vouched(&ends, "a", Seen::Nothing), None, "nobody knows where the log ends");

        let first = commit("a", Seen::Nothing)?;
        let end = Seen::At { version: 1, commit: first.id() };
        ends.learn([(&first, &Verdict::Committed(Some(7)))].into_iter());
        assert_eq!(vouched(&ends, "a", end), Some(true));
        assert_eq!(vouched(&ends, "a", Seen::Nothing), Some(false), "that is for the database to refuse");
        assert_eq!(vouched(&ends, "b", Seen::Nothing), Some(false), "it never wrote this one");

        // Position 8 is somebody else's, and may be on `a`.
        let second = commit("b", Seen::Nothing)?;
        ends.learn([(&second, &Verdict::Committed(Some(9)))].into_iter());
        assert_eq!(vouched(&ends, "a", end), Some(false));
        assert_eq!(vouched(&ends, "b", Seen::At { version: 1, commit: second.id() }), Some(true));

        ends.forget();
        assert_eq!(vouched(&ends, "b", Seen::At { version: 1, commit: second.id() }), None);
        Ok(())
    }

    #[test]
    fn what_was_not_stored_changes_nothing() -> Result<(), StoreError> {
        let mut ends = Ends::default();
        let (first, refused) = (commit("a", Seen::Nothing)?, commit("a", Seen::Nothing)?);
        let stale = Verdict::Refused(crate::store::Refusal::Stale { stream: "a".into(), actual: Some(1) });
        ends.learn([(&first, &Verdict::Committed(Some(1))), (&refused, &stale)].into_iter());
        assert_eq!(vouched(&ends, "a", Seen::At { version: 1, commit: first.id() }), Some(true));
        Ok(())
    }
}
