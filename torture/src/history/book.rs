//! The log, opened at every position.

use std::collections::HashMap;

use super::{fact::Fact, name::Name, record::Call, state::State};
use foldline::CommitId;

/// The log as it was read back, with an index of its streams, commits and calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    facts: Vec<Fact>,
    /// What each stream came to, and from which position on.
    streams: HashMap<Name, Vec<(u64, State)>>,
    commits: HashMap<CommitId, Vec<usize>>,
    calls: HashMap<Call, Vec<CommitId>>,
}

impl Book {
    /// Opens a log, in the order in which it was read.
    #[must_use]
    pub(crate) fn new(facts: Vec<Fact>) -> Self {
        let mut book = Self::default();
        for (index, fact) in facts.iter().enumerate() {
            let states = book.streams.entry(fact.stream).or_default();
            let before = states.last().map_or_else(State::default, |(_, state)| *state);
            states.push((fact.position, fact.change.on(before)));
            let indices = book.commits.entry(fact.commit).or_default();
            if let Some(call) = fact.call.filter(|_| indices.is_empty()) {
                book.calls.entry(call).or_default().push(fact.commit);
            }
            indices.push(index);
        }
        book.facts = facts;
        book
    }

    /// Its last position.
    #[must_use]
    pub(crate) fn head(&self) -> u64 {
        self.facts.last().map_or(0, |fact| fact.position)
    }

    /// Whether another log is what it began with.
    #[must_use]
    pub(crate) fn begins_with(&self, other: &Self) -> bool {
        self.facts.starts_with(&other.facts)
    }

    /// Its events.
    #[must_use]
    pub(crate) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    pub(super) fn at(&self, name: Name, position: u64) -> State {
        let states = self.states(name);
        let after = states.partition_point(|(from, _)| *from <= position);
        after.checked_sub(1).and_then(|index| states.get(index)).map_or_else(State::default, |(_, state)| *state)
    }

    /// The positions at which a stream was at a version, first and last; none if it never was. Between the events of one
    /// commit nobody ever was: it begins with the last of them.
    pub(super) fn span(&self, name: Name, version: u64) -> Option<(u64, u64)> {
        let states = self.states(name);
        let index = usize::try_from(version).ok()?;
        let from = if index == 0 { 0 } else { self.whole(states.get(index - 1)?.0).1 };
        Some((from, states.get(index).map_or(u64::MAX, |(next, _)| self.whole(*next).0 - 1)))
    }

    /// The first and the last position of the commit that an event came with.
    pub(super) fn whole(&self, position: u64) -> (u64, u64) {
        let fact = position.checked_sub(1).and_then(|index| self.facts.get(usize::try_from(index).ok()?));
        let facts = fact.map(|fact| self.commit(fact.commit)).unwrap_or_default();
        let ends = facts.first().zip(facts.last());
        ends.map_or((position, position), |(first, last)| (first.position, last.position))
    }

    /// What a stream came to at positions behind `first` and up to `last`.
    pub(super) fn changes(&self, name: Name, first: u64, last: u64) -> &[(u64, State)] {
        let states = self.states(name);
        let index = |position| states.partition_point(|(at, _)| *at <= position);
        states.get(index(first)..index(last)).unwrap_or_default()
    }

    fn states(&self, name: Name) -> &[(u64, State)] {
        self.streams.get(&name).map_or(&[], Vec::as_slice)
    }

    /// The events of a commit, in order.
    pub(super) fn commit(&self, id: CommitId) -> Vec<&Fact> {
        self.commits.get(&id).into_iter().flatten().filter_map(|index| self.facts.get(*index)).collect()
    }

    pub(super) fn commits(&self) -> impl Iterator<Item = (CommitId, Vec<&Fact>)> {
        let mut ids: Vec<_> = self.commits.iter().filter_map(|(id, indices)| Some((indices.first()?, *id))).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| (id, self.commit(id)))
    }

    /// The commits that were made for a call.
    pub(super) fn commits_of(&self, call: Call) -> &[CommitId] {
        self.calls.get(&call).map_or(&[], Vec::as_slice)
    }
}
