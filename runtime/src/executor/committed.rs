//! What an execution came to, and what a load brought.

use std::{fmt, ops::Deref, sync::Arc};

use crate::{
    handle::{AnyState, Entity},
    id::CommitId,
    store::Receipt,
    stream::{Stream, StreamKey, StreamName},
};

/// A command that was executed: durable, and final.
#[derive(Clone)]
pub struct Committed {
    receipt: Receipt,
    replayed: bool,
    states: Vec<(StreamName, AnyState)>,
}

impl Committed {
    pub(super) fn new(receipt: Receipt) -> Self {
        Self { receipt, replayed: false, states: Vec::new() }
    }

    pub(super) fn replayed_from(receipt: Receipt) -> Self {
        Self { replayed: true, ..Self::new(receipt) }
    }

    pub(super) fn keep(&mut self, stream: StreamName, state: AnyState) {
        self.states.push((stream, state));
    }

    /// The commit's id.
    #[must_use]
    pub fn id(&self) -> CommitId {
        self.receipt.id
    }

    /// The position of its last event in the log; `None` if it recorded nothing.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        self.receipt.position
    }

    /// The version of a stream after it; `None` for a stream that the command did not open, or that has no events.
    #[must_use]
    pub fn version<K: StreamKey>(&self, key: &K) -> Option<u64> {
        let name = StreamName::printed(key).ok()?;
        let (_, version) = self.receipt.versions.iter().find(|(stream, _)| *stream == name)?;
        Some(*version).filter(|version| *version > 0)
    }

    /// Whether this is the first outcome of an idempotency key, answered again.
    #[must_use]
    pub fn replayed(&self) -> bool {
        self.replayed
    }

    /// What a stream became; `None` unless it was asked for with `.with_state(&key)` and opened by the command.
    #[must_use]
    pub fn state<K: StreamKey>(&self, key: &K) -> Option<&K::State> {
        let name = StreamName::printed(key).ok()?;
        let (_, state) = self.states.iter().find(|(stream, _)| *stream == name)?;
        state.downcast_ref::<Entity<K::State>>().map(|entity| &entity.state)
    }
}

impl fmt::Debug for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Committed")
            .field("id", &self.receipt.id)
            .field("position", &self.receipt.position)
            .field("versions", &self.receipt.versions)
            .field("replayed", &self.replayed)
            .finish_non_exhaustive()
    }
}

/// A stream's state, as it was read. It derefs to the state.
pub struct Loaded<S: Stream> {
    entity: Arc<Entity<S>>,
    version: u64,
    position: u64,
}

impl<S: Stream> Loaded<S> {
    pub(super) fn new(entity: Arc<Entity<S>>, version: u64, position: u64) -> Self {
        Self { entity, version, position }
    }

    /// How many events the state holds.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The position of the last of them in the log.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The stream's key.
    #[must_use]
    pub fn key(&self) -> &S::Key {
        &self.entity.key
    }

    /// The state alone.
    #[must_use]
    pub fn into_state(self) -> S {
        Arc::unwrap_or_clone(self.entity).state
    }
}

impl<S: Stream> Deref for Loaded<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.entity.state
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for Loaded<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("version", &self.version)
            .field("position", &self.position)
            .field("state", &self.entity.state)
            .finish_non_exhaustive()
    }
}
