//! An event on its way into a projection.

use std::ops::Deref;

use super::ProjectionError;
use crate::{event::Event, recorded::RawEvent, stream::StreamKey};

/// An event on its way into a projection. It derefs to its record: position, version, time, metadata.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    record: &'a RawEvent,
}

impl<'a> Delivery<'a> {
    /// Hands over what stands in the log.
    #[must_use]
    pub fn of(record: &'a RawEvent) -> Self {
        Self { record }
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
        E::decode(self.record.name(), self.record.schema_version(), self.record.payload())
            .map_err(|fault| ProjectionError::Store(self.record.undecodable(fault)))
    }
}

impl Deref for Delivery<'_> {
    type Target = RawEvent;

    fn deref(&self) -> &RawEvent {
        self.record
    }
}
