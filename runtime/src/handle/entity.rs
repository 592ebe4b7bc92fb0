//! A stream's state together with its key, typed inside and erased outside.

use std::{any::Any, str::FromStr, sync::Arc};

use crate::{
    error::{KeyFault, StoreError},
    event::Event,
    recorded::RawEvent,
    stream::{Stream, StreamName},
};

/// A state whose type only its [`Shape`] knows.
pub(crate) type AnyState = Arc<dyn Any + Send + Sync>;

pub(crate) struct Entity<S: Stream> {
    pub(crate) key: S::Key,
    pub(crate) state: S,
}

impl<S: Stream> Clone for Entity<S> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), state: self.state.duplicate() }
    }
}

impl<S: Stream> Entity<S> {
    /// The state before anything happened.
    pub(crate) fn empty(key: S::Key) -> AnyState {
        Arc::new(Self { key, state: S::initial() })
    }
}

/// What can be done with a state without knowing its type: the one place where the typed and the untyped side meet.
pub(crate) struct Shape {
    /// Takes events in.
    pub(crate) fold: fn(AnyState, &StreamName, &[RawEvent]) -> Result<AnyState, StoreError>,
    /// The state before anything happened, of the stream of this name.
    pub(crate) empty: fn(&StreamName) -> Result<AnyState, StoreError>,
    /// How many bytes it takes, roughly.
    pub(crate) size: fn(&AnyState) -> usize,
}

impl Shape {
    pub(crate) const fn of<S: Stream>() -> Self {
        Self { fold: fold::<S>, empty: empty::<S>, size: size::<S> }
    }
}

fn empty<S: Stream>(stream: &StreamName) -> Result<AnyState, StoreError> {
    let key = S::Key::from_str(stream.key_text()).map_err(|_| StoreError::InvalidKey {
        stream: stream.as_str().chars().take(80).collect(),
        reason: KeyFault::NotRoundTripping,
    })?;
    Ok(Entity::<S>::empty(key))
}

fn size<S: Stream>(state: &AnyState) -> usize {
    let inside = state.downcast_ref::<Entity<S>>().map_or(0, |entity| entity.state.heap_size());
    size_of::<Entity<S>>() + inside
}

fn fold<S: Stream>(state: AnyState, stream: &StreamName, events: &[RawEvent]) -> Result<AnyState, StoreError> {
    // A state of another type would mean two kinds of stream under one stored name.
    let mut entity = state
        .downcast::<Entity<S>>()
        .map_err(|_| StoreError::CategoryClash { stream: stream.to_string(), category: S::CATEGORY })?;
    let state = &mut Arc::make_mut(&mut entity).state;
    for event in events {
        let fact = S::Event::decode(event.name(), event.schema_version(), event.payload())
            .map_err(|fault| event.undecodable(fault))?;
        state.apply(fact);
    }
    Ok(entity)
}
