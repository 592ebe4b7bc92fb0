//! A log as one would explain it: a list of facts, and everything else found by looking through it.

use foldline_runtime::{
    CommitId, StreamName,
    storage::{Commit, LogRead, Receipt, Seen, StreamRead},
};

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) log: Vec<Fact>,
    keys: Vec<(String, u128, Receipt)>,
}

#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) stream: StreamName,
    pub(crate) version: u64,
    pub(crate) commit: CommitId,
    pub(crate) name: &'static str,
    pub(crate) schema_version: u32,
    pub(crate) payload: Vec<u8>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Committed(Receipt),
    KeyTaken(u128, Receipt),
    /// All that are stale, with the versions that they have.
    Stale(Vec<(StreamName, u64)>),
}

impl Model {
    pub(crate) fn end(&self, stream: &StreamName) -> Seen {
        match self.log.iter().rfind(|fact| fact.stream == *stream) {
            Some(last) => Seen::At { version: last.version, commit: last.commit },
            None => Seen::Nothing,
        }
    }

    fn version(&self, stream: &StreamName) -> u64 {
        self.log.iter().filter(|fact| fact.stream == *stream).count() as u64
    }

    pub(crate) fn commit(&mut self, commit: &Commit) -> Answer {
        let key = commit.key().map(|key| (key.key.to_string(), key.fingerprint));
        if let Some((_, fingerprint, first)) =
            key.as_ref().and_then(|(text, _)| self.keys.iter().find(|taken| taken.0 == *text))
        {
            return Answer::KeyTaken(*fingerprint, first.clone());
        }
        let stale = commit.expectations().iter().filter(|expected| self.end(&expected.stream) != expected.seen);
        let stale: Vec<_> = stale.map(|expected| (expected.stream.clone(), self.version(&expected.stream))).collect();
        if !stale.is_empty() {
            return Answer::Stale(stale);
        }
        for event in commit.events() {
            let stream = commit.expectations()[event.stream].stream.clone();
            self.log.push(Fact {
                version: self.version(&stream) + 1,
                stream,
                commit: commit.id(),
                name: event.name,
                schema_version: event.schema_version,
                payload: commit.payloads()[event.payload.clone()].to_vec(),
            });
        }
        let mut versions: Vec<_> =
            commit.expectations().iter().map(|e| (e.stream.clone(), self.version(&e.stream))).collect();
        versions.sort();
        let position = if commit.events().is_empty() { None } else { Some(self.log.len() as u64) };
        let receipt = Receipt { id: commit.id(), position, versions };
        if let Some((text, fingerprint)) = key.filter(|_| !commit.is_proof()) {
            self.keys.push((text, fingerprint, receipt.clone()));
        }
        Answer::Committed(receipt)
    }

    pub(crate) fn find(&self, id: CommitId) -> Option<Receipt> {
        let mut versions = std::collections::BTreeMap::new();
        let mut position = None;
        for (at, fact) in self.log.iter().enumerate().filter(|(_, fact)| fact.commit == id) {
            position = Some(at as u64 + 1);
            versions.insert(fact.stream.clone(), fact.version);
        }
        position.map(|position| Receipt { id, position: Some(position), versions: versions.into_iter().collect() })
    }

    /// Where in the log the facts stand that a read asks for, its limit apart.
    pub(crate) fn stream(&self, read: &StreamRead) -> Vec<usize> {
        let wanted = |at: usize, fact: &Fact| {
            fact.stream == read.stream
                && fact.version > read.after
                && fact.version <= read.until_version
                && (at as u64) < read.until_position
        };
        self.log.iter().enumerate().filter(|(at, fact)| wanted(*at, fact)).map(|(at, _)| at).collect()
    }

    pub(crate) fn part(&self, read: &LogRead) -> Vec<usize> {
        let wanted = |at: usize, fact: &Fact| {
            let category = fact.stream.as_str().split('-').next().unwrap_or_default().to_owned();
            at as u64 >= read.after
                && (at as u64) < read.until
                && read.categories.as_ref().is_none_or(|known| known.contains(&category))
                && read.events.as_ref().is_none_or(|known| known.contains(&fact.name.to_owned()))
        };
        self.log.iter().enumerate().filter(|(at, fact)| wanted(*at, fact)).map(|(at, _)| at).collect()
    }
}
