//! Events as they stand in the log.

use std::{ops::Deref, sync::Arc};

use bytes::Bytes;

use crate::{
    error::StoreError,
    event::{DecodeError, Event},
    event_name::EventName,
    id::CommitId,
    metadata::Metadata,
    stream::StreamName,
    time::Timestamp,
};

/// What is known of the commit that an event came with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CommitInfo {
    /// Its id.
    pub id: CommitId,
    /// When the store took it, by the store's clock.
    pub time: Timestamp,
    /// What its caller said of it.
    pub metadata: Metadata,
}

impl CommitInfo {
    /// For stores: what stands on a commit's events.
    #[must_use]
    pub fn new(id: CommitId, time: Timestamp, metadata: Metadata) -> Self {
        Self { id, time, metadata }
    }
}

/// A stored event, its payload not yet read.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEvent {
    position: u64,
    version: u64,
    schema_version: u32,
    stream: StreamName,
    name: EventName,
    payload: Bytes,
    commit: Arc<CommitInfo>,
}

/// Where in the log and in its stream an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its place in the log, from 1.
    pub position: u64,
    /// Its place in its stream, from 1.
    pub version: u64,
}

impl RawEvent {
    /// For stores: an event as it was kept.
    #[must_use]
    pub fn new(
        place: Place,
        stream: StreamName,
        name: EventName,
        schema_version: u32,
        payload: Bytes,
        commit: Arc<CommitInfo>,
    ) -> Self {
        Self { position: place.position, version: place.version, schema_version, stream, name, payload, commit }
    }

    /// Its place in the log: 1, 2, 3, … in the order of commit.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Its place in its stream: 1, 2, 3, …
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Its stream.
    #[must_use]
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The name it was stored under.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The schema version it was stored with.
    #[must_use]
    pub fn schema_version(&self) -> u32 {
        self.schema_version
    }

    /// Its payload: one JSON object, as it was encoded.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The commit it came with.
    #[must_use]
    pub fn commit(&self) -> CommitId {
        self.commit.id
    }

    /// When the store took it, by the store's clock.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.commit.time
    }

    /// What its caller said of it.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.commit.metadata
    }

    /// Reads it as a fact of type `E`.
    ///
    /// # Errors
    /// [`StoreError::Undecodable`], with its place.
    pub fn decode<E: Event>(self) -> Result<Recorded<E>, StoreError> {
        match E::decode(self.name.as_str(), self.schema_version, &self.payload) {
            Ok(event) => Ok(Recorded { event, raw: self }),
            Err(fault) => Err(self.undecodable(fault)),
        }
    }

    pub(crate) fn undecodable(&self, source: DecodeError) -> StoreError {
        StoreError::Undecodable {
            position: self.position,
            stream: self.stream.clone(),
            version: self.version,
            event: self.name.clone(),
            source,
        }
    }
}

/// A fact with its record: where and when it was stored, and by what.
///
/// It derefs to the record ([`RawEvent`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// The fact.
    pub event: E,
    raw: RawEvent,
}

impl<E> Recorded<E> {
    /// The fact alone.
    #[must_use]
    pub fn into_event(self) -> E {
        self.event
    }
}

impl<E> Deref for Recorded<E> {
    type Target = RawEvent;

    fn deref(&self) -> &RawEvent {
        &self.raw
    }
}
