//! A stream's state together with its key, typed inside and erased outside.

use std::{any::Any, sync::Arc};

use crate::{
    error::StoreError,
    event::Event,
    recorded::RawEvent,
    stream::{Stream, StreamName},
};

/// A state whose type only its [`Shape`] knows.
pub(crate) type AnyState = Arc<dyn Any + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Entity<S: Stream> {
    pub(crate) key: S::Key,
    pub(crate) state: S,
}

impl<S: Stream> Entity<S> {
    /// The state before anything happened.
    pub(crate) fn empty(key: S::Key) -> AnyState {
        Arc::new(Self { key, state: S::default() })
    }
}

/// What can be done with a state without knowing its type: the one place where the typed and the untyped side meet.
pub(crate) struct Shape {
    pub(crate) fold: fn(AnyState, &StreamName, &[RawEvent]) -> Result<AnyState, StoreError>,
}

impl Shape {
    pub(crate) const fn of<S: Stream>() -> Self {
        Self { fold: fold::<S> }
    }
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
