//! Commits, written shortly, and what is expected of their outcomes.

use std::sync::Arc;

use super::subject::works;
use crate::{
    id::CommitId,
    metadata::Metadata,
    storage::{Commit, Expectation, IdempotencyKey, NewEvent, Outcome, Receipt, Refusal, Seen},
    stream::StreamName,
};

/// A commit in the making.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) id: CommitId,
    expectations: Vec<Expectation>,
    events: Vec<NewEvent>,
    payloads: Vec<u8>,
    metadata: Metadata,
    key: Option<IdempotencyKey>,
    proof: bool,
}

impl Draft {
    pub(crate) fn new() -> Self {
        Self {
            id: CommitId::fresh(),
            expectations: Vec::new(),
            events: Vec::new(),
            payloads: Vec::new(),
            metadata: Metadata::default(),
            key: None,
            proof: false,
        }
    }

    /// The same, as an attempt of its own.
    pub(crate) fn again(&self) -> Self {
        Self { id: CommitId::fresh(), ..self.clone() }
    }

    /// Expects a stream to end like this.
    pub(crate) fn sees(mut self, stream: &str, seen: Seen) -> Self {
        self.expectations.push(Expectation { stream: StreamName::from(stream), seen });
        self
    }

    /// Adds an event to a stream that it sees.
    pub(crate) fn adds(self, stream: &str) -> Self {
        self.adds_as(stream, "test.happened", 1, b"{}")
    }

    pub(crate) fn adds_as(mut self, stream: &str, name: &'static str, schema_version: u32, payload: &[u8]) -> Self {
        let seen = self.expectations.iter().position(|seen| seen.stream.as_str() == stream);
        let start = self.payloads.len();
        self.payloads.extend_from_slice(payload);
        self.events.push(NewEvent {
            // Nowhere is refused by the commit itself.
            stream: seen.unwrap_or(usize::MAX),
            name,
            schema_version,
            payload: start..self.payloads.len(),
        });
        self
    }

    /// Adds events to a stream without any so far.
    pub(crate) fn starts(self, stream: &str, events: usize) -> Self {
        (0..events).fold(self.sees(stream, Seen::Nothing), |draft, _| draft.adds(stream))
    }

    /// Adds an event behind the end of a stream.
    pub(crate) fn continues(self, stream: &str, seen: Seen) -> Self {
        self.sees(stream, seen).adds(stream)
    }

    pub(crate) fn metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    pub(crate) fn key(mut self, key: &str, fingerprint: u128) -> Self {
        self.key = Some(IdempotencyKey { key: Arc::from(key), fingerprint });
        self
    }

    pub(crate) fn proof(mut self) -> Self {
        self.proof = true;
        self
    }

    /// What a stream looks like behind this commit, if it ends with its events.
    pub(crate) fn leaves(&self, version: u64) -> Seen {
        Seen::At { version, commit: self.id }
    }
}

impl From<Draft> for Commit {
    fn from(draft: Draft) -> Self {
        let commit = Self::new(draft.id, draft.expectations).with_metadata(draft.metadata);
        let commit = works("making a commit", commit.with_events(draft.events, draft.payloads));
        let commit = match draft.key {
            Some(key) => works("giving a commit a key", commit.with_key(key)),
            None => commit,
        };
        if draft.proof { commit.proof() } else { commit }
    }
}

/// The receipt of what must have been accepted, its streams in order.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a case fails")]
pub(crate) fn accepted(outcome: Outcome) -> Receipt {
    match outcome {
        Outcome::Committed(receipt) => in_order(receipt),
        other => panic!("expected the commit to be accepted, and it was {other:?}"),
    }
}

/// The stream for which the commit must have been refused. What the store says of its version must be the truth.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a case fails")]
pub(crate) fn stale(outcome: &Outcome, truth: u64) -> String {
    match outcome {
        Outcome::Refused(Refusal::Stale { stream, actual }) => {
            assert!(actual.is_none_or(|actual| actual == truth), "`{stream}` is at {truth}, not at {actual:?}");
            stream.to_string()
        }
        other => panic!("expected the commit to be refused as stale, and it was {other:?}"),
    }
}

/// What the key of the commit stands for already.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a case fails")]
pub(crate) fn key_taken(outcome: Outcome) -> (u128, Receipt) {
    match outcome {
        Outcome::Refused(Refusal::KeyTaken { fingerprint, first }) => (fingerprint, in_order(first)),
        other => panic!("expected the commit to be refused for its key, and it was {other:?}"),
    }
}

/// Stores may name the streams in any order.
pub(crate) fn in_order(mut receipt: Receipt) -> Receipt {
    receipt.versions.sort();
    receipt
}
