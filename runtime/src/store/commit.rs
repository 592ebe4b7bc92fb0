//! What is handed to a store, and what it answers.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;

use crate::{error::StoreError, id::CommitId, limits, metadata::Metadata, stream::StreamName};

/// Everything that one command wants of the log: what it saw, and what it adds.
///
/// It cannot hold an event on a stream about which it expects nothing: such a blind append could not be told from its
/// own repetition, should its answer be lost.
#[derive(Debug, Clone)]
pub struct Commit {
    id: CommitId,
    expectations: Vec<Expectation>,
    events: Vec<NewEvent>,
    payloads: Bytes,
    metadata: Metadata,
    key: Option<IdempotencyKey>,
    proof: bool,
}

/// What a commit saw of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The stream.
    pub stream: StreamName,
    /// Its end, as it was seen.
    pub seen: Seen,
}

/// The end of a stream: not only how many events it has, but which was the last.
///
/// A version alone is not enough: another process's event can take the version of a commit that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It had no events.
    Nothing,
    /// Its last event.
    At {
        /// That event's version.
        version: u64,
        /// The commit that it came with.
        commit: CommitId,
    },
}

impl Seen {
    pub(crate) fn of(version: u64, last: Option<CommitId>) -> Self {
        last.map_or(Self::Nothing, |commit| Self::At { version, commit })
    }

    /// How many events it had.
    #[must_use]
    pub fn version(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::At { version, .. } => version,
        }
    }
}

/// An event on its way into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its stream: an index into the commit's expectations.
    pub stream: usize,
    /// The name it is stored under.
    pub name: &'static str,
    /// The schema version it is stored with.
    pub schema_version: u32,
    /// Where its payload stands in the commit's payloads.
    pub payload: Range<usize>,
}

/// A caller's name for one execution, and what tells its command from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The name.
    pub key: Arc<str>,
    /// The command's digest.
    pub fingerprint: u128,
}

impl Commit {
    /// A commit that expects `expectations` and adds nothing yet.
    #[must_use]
    pub fn new(id: CommitId, expectations: Vec<Expectation>) -> Self {
        Self {
            id,
            expectations,
            events: Vec::new(),
            payloads: Bytes::new(),
            metadata: Metadata::default(),
            key: None,
            proof: false,
        }
    }

    /// With these events.
    ///
    /// # Errors
    /// When there are too many of them, they are too large, or one of them names no expectation or no payload.
    pub fn with_events(mut self, events: Vec<NewEvent>, payloads: impl Into<Bytes>) -> Result<Self, StoreError> {
        let payloads = payloads.into();
        let within = |what, size, limit| {
            if size > limit { Err(StoreError::TooLarge { what, size, limit }) } else { Ok(()) }
        };
        within("the number of events of a command", events.len(), limits::EVENTS_PER_COMMIT)?;
        within("the size of a commit in bytes", payloads.len(), limits::COMMIT_BYTES)?;
        for event in &events {
            within("the size of an event's payload in bytes", event.payload.len(), limits::PAYLOAD_BYTES)?;
            within("an event's schema version", event.schema_version as usize, limits::SCHEMA_VERSION)?;
            if event.stream >= self.expectations.len() || payloads.get(event.payload.clone()).is_none() {
                let context = format!("the event `{}` belongs to no stream of its commit", event.name).into();
                return Err(StoreError::Failed { context, source: None });
            }
        }
        (self.events, self.payloads) = (events, payloads);
        Ok(self)
    }

    /// With what its caller says of it.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// To take effect once only.
    ///
    /// # Errors
    /// When the key is too long, or holds a NUL character.
    pub fn with_key(mut self, key: IdempotencyKey) -> Result<Self, StoreError> {
        let (size, limit) = (key.key.len(), limits::IDEMPOTENCY_KEY_BYTES);
        if size > limit {
            return Err(StoreError::TooLarge { what: "the idempotency key", size, limit });
        }
        if key.key.contains('\0') {
            return Err(StoreError::Nul { what: "the idempotency key" });
        }
        self.key = Some(key);
        Ok(self)
    }

    /// A proof: it only asks whether its expectations hold. It adds no event, and leaves no key behind.
    #[must_use]
    pub fn proof(mut self) -> Self {
        self.events.clear();
        self.payloads = Bytes::new();
        self.proof = true;
        self
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> CommitId {
        self.id
    }

    /// What it saw.
    #[must_use]
    pub fn expectations(&self) -> &[Expectation] {
        &self.expectations
    }

    /// What it adds, in order.
    #[must_use]
    pub fn events(&self) -> &[NewEvent] {
        &self.events
    }

    /// The payloads of all its events, one behind the other.
    #[must_use]
    pub fn payloads(&self) -> &Bytes {
        &self.payloads
    }

    /// What its caller says of it.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The key under which it takes effect once.
    #[must_use]
    pub fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }

    /// Whether it only asks.
    #[must_use]
    pub fn is_proof(&self) -> bool {
        self.proof
    }

    /// What it will be answered if it is accepted and its last event gets `position`.
    #[must_use]
    pub fn receipt(&self, position: Option<u64>) -> Receipt {
        let seen = self.expectations.iter().map(|seen| (seen.stream.clone(), seen.seen.version()));
        self.receipt_of(position, seen.collect())
    }

    /// The same, at the commit's own end: its names become the receipt's.
    #[must_use]
    pub fn into_receipt(mut self, position: Option<u64>) -> Receipt {
        let seen = std::mem::take(&mut self.expectations).into_iter();
        self.receipt_of(position, seen.map(|seen| (seen.stream, seen.seen.version())).collect())
    }

    fn receipt_of(&self, position: Option<u64>, mut versions: Vec<(StreamName, u64)>) -> Receipt {
        for event in &self.events {
            if let Some((_, version)) = versions.get_mut(event.stream) {
                *version += 1;
            }
        }
        Receipt { id: self.id, position, versions }
    }

    /// Takes what a store keeps, and leaves what it answers.
    pub(crate) fn take_content(&mut self) -> (Bytes, Metadata) {
        (std::mem::take(&mut self.payloads), std::mem::take(&mut self.metadata))
    }
}

/// What a commit came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: CommitId,
    /// The position of its last event; `None` if it added none.
    pub position: Option<u64>,
    /// Its streams, with their versions after it.
    pub versions: Vec<(StreamName, u64)>,
}

/// Why a commit was refused. Nothing of it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A stream is not as it was seen.
    Stale {
        /// The stream.
        stream: StreamName,
        /// The version that it has. `None` only says that another commit came to nothing, on which what was seen stood: it is
        /// no conflict, is not counted as one, and the command looks again at once.
        actual: Option<u64>,
    },
    /// Its idempotency key was used before.
    KeyTaken {
        /// The digest of the command that used it.
        fingerprint: u128,
        /// What that came to.
        first: Receipt,
    },
}
