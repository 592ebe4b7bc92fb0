//! The log itself, without locks or futures.

use std::{collections::HashMap, ops::Range, sync::Arc};

use bytes::Bytes;

use crate::{
    error::StoreError,
    id::CommitId,
    recorded::{CommitInfo, Place, RawEvent},
    store::{Commit, LogPage, LogRead, Outcome, Receipt, Refusal, Seen, StreamPage, StreamRead},
    stream::StreamName,
    time::Timestamp,
};

#[derive(Debug, Default)]
pub(super) struct State {
    /// The event at position n stands at n - 1.
    events: Vec<Stored>,
    /// The positions of each stream's events; version n stands at n - 1.
    streams: HashMap<StreamName, Vec<u64>>,
    /// The first position of each commit with events.
    commits: HashMap<CommitId, u64>,
    keys: HashMap<Arc<str>, Taken>,
    closed: bool,
}

/// One event; what its commit shares stands once, behind a pointer.
#[derive(Debug)]
struct Stored {
    stream: StreamName,
    version: u64,
    name: &'static str,
    schema_version: u32,
    payload: Range<u32>,
    commit: Arc<StoredCommit>,
}

#[derive(Debug)]
struct StoredCommit {
    payloads: Bytes,
    info: Arc<CommitInfo>,
}

#[derive(Debug)]
struct Taken {
    fingerprint: u128,
    first: Receipt,
}

impl State {
    pub(super) fn commit(&mut self, commit: &Commit) -> Outcome {
        if self.closed {
            return Outcome::Failed(StoreError::Closed);
        }
        if let Some(taken) = commit.key().and_then(|key| self.keys.get(&key.key)) {
            let (fingerprint, first) = (taken.fingerprint, taken.first.clone());
            return Outcome::Refused(Refusal::KeyTaken { fingerprint, first });
        }
        for expectation in commit.expectations() {
            let actual = self.end_of(&expectation.stream);
            if actual != expectation.seen {
                let actual = Some(actual.version());
                return Outcome::Refused(Refusal::Stale { stream: expectation.stream.clone(), actual });
            }
        }
        self.append(commit);
        let receipt = commit.receipt((!commit.events().is_empty()).then(|| self.head()));
        if let Some(key) = commit.key().filter(|_| !commit.is_proof()) {
            let taken = Taken { fingerprint: key.fingerprint, first: receipt.clone() };
            self.keys.insert(Arc::clone(&key.key), taken);
        }
        Outcome::Committed(receipt)
    }

    fn append(&mut self, commit: &Commit) {
        if commit.events().is_empty() {
            return;
        }
        self.commits.insert(commit.id(), self.head() + 1);
        let info = Arc::new(CommitInfo::new(commit.id(), Timestamp::now(), commit.metadata().clone()));
        let shared = Arc::new(StoredCommit { payloads: commit.payloads().clone(), info });
        for event in commit.events() {
            let Some(expectation) = commit.expectations().get(event.stream) else { continue };
            let position = self.head() + 1;
            let stream = match self.streams.get_mut(&expectation.stream) {
                Some(stream) => stream,
                None => self.streams.entry(expectation.stream.clone()).or_default(),
            };
            stream.push(position);
            self.events.push(Stored {
                stream: expectation.stream.clone(),
                version: stream.len() as u64,
                name: event.name,
                schema_version: event.schema_version,
                payload: short(event.payload.start)..short(event.payload.end),
                commit: Arc::clone(&shared),
            });
        }
    }

    fn end_of(&self, stream: &StreamName) -> Seen {
        let last = self.streams.get(stream).and_then(|positions| self.at(*positions.last()?));
        last.map_or(Seen::Nothing, |last| Seen::At { version: last.version, commit: last.commit.info.id })
    }

    fn at(&self, position: u64) -> Option<&Stored> {
        self.events.get(usize::try_from(position).ok()?.checked_sub(1)?)
    }

    pub(super) fn head(&self) -> u64 {
        self.events.len() as u64
    }

    pub(super) fn read_stream(&self, read: &StreamRead) -> StreamPage {
        let positions = self.streams.get(&read.stream).map_or(&[][..], Vec::as_slice);
        let start = index(read.after).min(positions.len());
        let end = index(read.until_version).min(positions.partition_point(|position| *position <= read.until_position));
        let wanted = positions.get(start..end).unwrap_or_default();
        let page = wanted.get(..read.limit).unwrap_or(wanted);
        let events = page.iter().filter_map(|position| Some(self.at(*position)?.read(*position))).collect();
        StreamPage { events, more: page.len() < wanted.len() }
    }

    pub(super) fn read_log(&self, read: &LogRead) -> Result<LogPage, StoreError> {
        let head = self.head();
        if read.after > head {
            return Err(StoreError::BeyondHead { what: "position", asked: read.after, head });
        }
        let until = read.until.min(head);
        let mut page = LogPage { events: Vec::new(), reached: read.after, more: false };
        for position in read.after + 1..=until {
            let Some(event) = self.at(position) else { break };
            if read.wants(&event.stream, event.name) {
                if page.events.len() == read.limit {
                    page.more = true;
                    break;
                }
                page.events.push(event.read(position));
            }
            page.reached = position;
        }
        Ok(page)
    }

    pub(super) fn find_commit(&self, id: CommitId) -> Option<Receipt> {
        let first = *self.commits.get(&id)?;
        let mut receipt = Receipt { id, position: None, versions: Vec::new() };
        for position in first..=self.head() {
            let Some(event) = self.at(position).filter(|event| event.commit.info.id == id) else { break };
            receipt.position = Some(position);
            receipt.versions.retain(|(stream, _)| *stream != event.stream);
            receipt.versions.push((event.stream.clone(), event.version));
        }
        Some(receipt)
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }
}

impl Stored {
    fn read(&self, position: u64) -> RawEvent {
        let payload = self.commit.payloads.slice(self.payload.start as usize..self.payload.end as usize);
        let place = Place { position, version: self.version };
        let info = Arc::clone(&self.commit.info);
        RawEvent::new(place, self.stream.clone(), self.name.into(), self.schema_version, payload, info)
    }
}

/// Payload offsets fit: a commit has at most `limits::COMMIT_BYTES`.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn index(version: u64) -> usize {
    usize::try_from(version).unwrap_or(usize::MAX)
}
