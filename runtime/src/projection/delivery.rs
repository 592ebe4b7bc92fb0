//! An event on its way into a projection.

use std::{any::Any, fmt, ops::Deref, sync::OnceLock};

use super::ProjectionError;
use crate::{
    event::{DecodeError, Event},
    recorded::RawEvent,
    stream::StreamKey,
};

/// Keeps an event that was read, for whoever else wants it. Every event has one of its own.
#[derive(Default)]
pub(crate) struct Once(OnceLock<Box<dyn Any + Send + Sync>>);

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Once").field(&self.0.get().is_some()).finish()
    }
}

/// An event on its way into a projection. It derefs to its record: position, version, time, metadata.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    record: &'a RawEvent,
    once: Option<&'a Once>,
}

impl<'a> Delivery<'a> {
    /// Hands over what stands in the log.
    #[must_use]
    pub fn of(record: &'a RawEvent) -> Self {
        Self { record, once: None }
    }

    /// Hands over what others are handed as well: it is read once for all of them.
    pub(crate) fn shared(record: &'a RawEvent, once: &'a Once) -> Self {
        Self { record, once: Some(once) }
    }

    /// Where and when it was stored, and by what.
    #[must_use]
    pub fn record(&self) -> &'a RawEvent {
        self.record
    }

    /// The key of its stream.
    ///
    /// # Errors
    /// When the stream's name does not read as such a key.
    pub fn key<K: StreamKey>(&self) -> Result<K, ProjectionError> {
        let text = self.record.stream().key_text();
        text.parse().map_err(|_| ProjectionError::Key { stream: self.record.stream().clone() })
    }

    /// The event itself.
    ///
    /// # Errors
    /// When it cannot be read: its name is unknown, its version newer, or its payload broken.
    pub fn event<E: Event>(&self) -> Result<E, ProjectionError> {
        let decode = || E::decode(self.record.name(), self.record.schema_version(), self.record.payload());
        let read: Option<Result<E, DecodeError>> = self.once.and_then(|once| {
            let kept = once.0.get_or_init(|| Box::new(decode()));
            // Somebody else may read it as another type.
            kept.downcast_ref::<Result<E, DecodeError>>().cloned()
        });
        read.unwrap_or_else(decode).map_err(|fault| ProjectionError::Store(self.record.undecodable(fault)))
    }
}

impl Deref for Delivery<'_> {
    type Target = RawEvent;

    fn deref(&self) -> &RawEvent {
        self.record
    }
}
