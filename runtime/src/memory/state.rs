//! The log itself, without locks or futures.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use foldhash::fast::RandomState;

use super::pages::Pages;
use crate::{
    error::StoreError,
    id::CommitId,
    recorded::{CommitInfo, Place, RawEvent},
    store::{
        Commit, Expectation, IdempotencyKey, LogPage, LogRead, Outcome, Receipt, Refusal, Seen, StreamPage, StreamRead,
    },
    stream::StreamName,
    time::Timestamp,
};

#[derive(Debug, Default)]
pub(super) struct State {
    /// The event at position n stands at n - 1.
    events: Pages<Stored>,
    streams: HashMap<StreamName, StreamLog, RandomState>,
    keys: HashMap<Arc<str>, Taken, RandomState>,
    closed: bool,
}

/// One event; what its commit shares stands once, behind a pointer.
#[derive(Debug)]
struct Stored {
    stream: StreamName,
    version: u64,
    name: &'static str,
    schema_version: u32,
    payload: Bytes,
    commit: Arc<CommitInfo>,
}

/// One stream's events; there is none without.
#[derive(Debug)]
struct StreamLog {
    /// Where they stand in the log: version n at n - 1.
    positions: Vec<u64>,
    /// The commit of the last of them.
    last: CommitId,
}

#[derive(Debug)]
struct Taken {
    fingerprint: u128,
    first: Receipt,
}

/// A commit, and what is kept of it: made before its turn, so that the next one's comes sooner.
pub(super) struct Prepared {
    commit: Commit,
    payloads: Bytes,
    info: Option<Arc<CommitInfo>>,
}

impl From<Commit> for Prepared {
    fn from(mut commit: Commit) -> Self {
        if commit.events().is_empty() {
            return Self { commit, payloads: Bytes::new(), info: None };
        }
        let (payloads, metadata) = commit.take_content();
        let info = CommitInfo::new(commit.id(), Timestamp::now(), metadata);
        Self { commit, payloads, info: Some(Arc::new(info)) }
    }
}

impl State {
    pub(super) fn commit(&mut self, Prepared { commit, payloads, info }: Prepared) -> Outcome {
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
        if let Some(info) = info {
            self.append(&commit, payloads, &info);
        }
        let key = commit.key().filter(|_| !commit.is_proof()).cloned();
        let position = (!commit.events().is_empty()).then(|| self.head());
        let receipt = commit.into_receipt(position);
        if let Some(IdempotencyKey { key, fingerprint }) = key {
            self.keys.insert(key, Taken { fingerprint, first: receipt.clone() });
        }
        Outcome::Committed(receipt)
    }

    fn append(&mut self, commit: &Commit, mut payloads: Bytes, info: &Arc<CommitInfo>) {
        let id = commit.id();
        for event in commit.events() {
            let Some(Expectation { stream, .. }) = commit.expectations().get(event.stream) else { continue };
            let position = self.head() + 1;
            let payload = match commit.events() {
                // What one event has alone needs no count of who shares it.
                [_] if event.payload.len() == payloads.len() => std::mem::take(&mut payloads),
                _ => payloads.slice(event.payload.clone()),
            };
            let version = match self.streams.get_mut(stream) {
                Some(log) => log.push(position, id),
                None => self.streams.entry(stream.clone()).or_insert_with(|| StreamLog::new(id)).push(position, id),
            };
            self.events.push(Stored {
                stream: stream.clone(),
                version,
                name: event.name,
                schema_version: event.schema_version,
                payload,
                commit: Arc::clone(info),
            });
        }
    }

    fn end_of(&self, stream: &StreamName) -> Seen {
        self.streams.get(stream).map_or(Seen::Nothing, StreamLog::end)
    }

    fn at(&self, position: u64) -> Option<&Stored> {
        self.events.get(usize::try_from(position).ok()?.checked_sub(1)?)
    }

    pub(super) fn head(&self) -> u64 {
        self.events.len() as u64
    }

    /// How a wait for what lies beyond `position` ends; `None` while it does not.
    pub(super) fn end_of_wait(&self, position: u64) -> Option<Result<u64, StoreError>> {
        match self.head() {
            head if head > position => Some(Ok(head)),
            _ if self.closed => Some(Err(StoreError::Closed)),
            _ => None,
        }
    }

    pub(super) fn read_stream(&self, read: &StreamRead) -> StreamPage {
        let positions = self.streams.get(&read.stream).map_or(&[][..], |log| &log.positions);
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

    /// Looks for it from the end of the log: nobody asks so often that every commit should pay for an index.
    pub(super) fn find_commit(&self, id: CommitId) -> Option<Receipt> {
        let of_it = |position: &u64| self.at(*position).filter(|event| event.commit.id == id);
        let last = (1..=self.head()).rev().find(|position| of_it(position).is_some())?;
        let mut versions: Vec<(StreamName, u64)> = Vec::new();
        for event in (1..=last).rev().map_while(|position| of_it(&position)) {
            if versions.iter().all(|(known, _)| *known != event.stream) {
                versions.push((event.stream.clone(), event.version));
            }
        }
        versions.reverse();
        Some(Receipt { id, position: Some(last), versions })
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }
}

impl Stored {
    fn read(&self, position: u64) -> RawEvent {
        let place = Place { position, version: self.version };
        let (stream, name, payload) = (self.stream.clone(), self.name.into(), self.payload.clone());
        RawEvent::new(place, stream, name, self.schema_version, payload, Arc::clone(&self.commit))
    }
}

impl StreamLog {
    fn new(last: CommitId) -> Self {
        Self { positions: Vec::new(), last }
    }

    /// Takes in an event, and says which version that is.
    fn push(&mut self, position: u64, commit: CommitId) -> u64 {
        self.positions.push(position);
        self.last = commit;
        self.positions.len() as u64
    }

    fn end(&self) -> Seen {
        Seen::At { version: self.positions.len() as u64, commit: self.last }
    }
}

fn index(version: u64) -> usize {
    usize::try_from(version).unwrap_or(usize::MAX)
}
