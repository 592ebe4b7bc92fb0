//! From rows to events: a page's payloads share one allocation, its names and commits are told apart once.

use std::{collections::HashMap, ops::Range, str, sync::Arc};

use bytes::{Bytes, BytesMut};
use sqlx::{Row, postgres::PgRow};

use super::faults::store_error;
use crate::{
    error::StoreError,
    event_name::EventName,
    id::CommitId,
    metadata::Metadata,
    recorded::{CommitInfo, Place, RawEvent},
    stream::StreamName,
    time::Timestamp,
};

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

// The columns of every statement that reads events. The first says what the row belongs to.
const TAG: usize = 0;
const POSITION: usize = 1;
const VERSION: usize = 2;
const RECORDED_AT: usize = 3;
const COMMIT_ID: usize = 4;
const SCHEMA_VERSION: usize = 5;
const STREAM: usize = 6;
const NAME: usize = 7;
const METADATA: usize = 8;
const DATA: usize = 9;

type Fallible<T> = Result<T, sqlx::Error>;

/// What the first column says.
pub(super) fn tag(row: &PgRow) -> Result<i64, StoreError> {
    number(row, TAG).map_err(unreadable)
}

/// The event of each row, if there is one in it.
pub(super) fn events(rows: &[PgRow]) -> Result<Vec<RawEvent>, StoreError> {
    let (payloads, ranges) = payloads(rows).map_err(unreadable)?;
    let (mut names, mut streams) = (Interned::default(), Interned::default());
    let mut commit: Option<Arc<CommitInfo>> = None;
    let mut events = Vec::with_capacity(rows.len());
    for (row, range) in rows.iter().zip(ranges) {
        let Some(range) = range else { continue };
        let id = CommitId::from_u128(u128::from_be_bytes(fixed(row, COMMIT_ID).map_err(unreadable)?));
        let commit = match commit.take().filter(|known| known.id == id) {
            Some(known) => &*commit.insert(known),
            None => &*commit.insert(Arc::new(info(row, id)?)),
        };
        let event = read(row, payloads.slice(range), commit, &mut names, &mut streams);
        events.push(event.map_err(unreadable)?);
    }
    Ok(events)
}

fn read<'r>(
    row: &'r PgRow,
    payload: Bytes,
    commit: &Arc<CommitInfo>,
    names: &mut Interned<'r, EventName>,
    streams: &mut Interned<'r, StreamName>,
) -> Fallible<RawEvent> {
    let place = Place { position: unsigned(row, POSITION)?, version: unsigned(row, VERSION)? };
    let name = names.get(bytes(row, NAME)?, |name| Arc::<str>::from(name).into())?;
    let stream = streams.get(bytes(row, STREAM)?, StreamName::from)?;
    let schema_version = u32::try_from(i32::from_be_bytes(fixed(row, SCHEMA_VERSION)?)).unwrap_or(0);
    Ok(RawEvent::new(place, stream, name, schema_version, payload, Arc::clone(commit)))
}

/// Texts that were met, each made once.
struct Interned<'r, T> {
    last: Option<(&'r [u8], T)>,
    others: HashMap<&'r [u8], T>,
}

impl<T> Default for Interned<'_, T> {
    fn default() -> Self {
        Self { last: None, others: HashMap::new() }
    }
}

impl<'r, T: Clone> Interned<'r, T> {
    fn get(&mut self, bytes: &'r [u8], make: impl FnOnce(&'r str) -> T) -> Fallible<T> {
        // Neighbours have much in common, and a comparison costs less than a look into the map.
        if let Some((_, known)) = self.last.as_ref().filter(|(last, _)| *last == bytes) {
            return Ok(known.clone());
        }
        let made = match self.others.get(bytes) {
            Some(known) => known.clone(),
            None => {
                let text = str::from_utf8(bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
                let made = make(text);
                self.others.insert(bytes, made.clone());
                made
            }
        };
        self.last = Some((bytes, made.clone()));
        Ok(made)
    }
}

fn payloads(rows: &[PgRow]) -> Fallible<(Bytes, Vec<Option<Range<usize>>>)> {
    let mut size = 0;
    for row in rows {
        size += bytes_if_any(row, DATA)?.map_or(0, <[u8]>::len);
    }
    let (mut all, mut ranges) = (BytesMut::with_capacity(size), Vec::with_capacity(rows.len()));
    for row in rows {
        ranges.push(bytes_if_any(row, DATA)?.map(|payload| {
            let start = all.len();
            all.extend_from_slice(payload);
            start..all.len()
        }));
    }
    Ok((all.freeze(), ranges))
}

fn info(row: &PgRow, id: CommitId) -> Result<CommitInfo, StoreError> {
    let time = number(row, RECORDED_AT).map_err(unreadable)?;
    let metadata = bytes(row, METADATA).map_err(unreadable)?;
    let metadata: Metadata = serde_json::from_slice(metadata).map_err(|error| {
        let context = format!("the metadata of commit {id} cannot be read").into();
        StoreError::Failed { context, source: Some(Arc::new(error)) }
    })?;
    Ok(CommitInfo::new(id, Timestamp::from_micros(time.saturating_add(EPOCH)), metadata))
}

fn bytes_if_any(row: &PgRow, column: usize) -> Fallible<Option<&[u8]>> {
    let value = row.try_get_raw(column)?;
    if sqlx::ValueRef::is_null(&value) { Ok(None) } else { value.as_bytes().map(Some).map_err(sqlx::Error::Decode) }
}

fn bytes(row: &PgRow, column: usize) -> Fallible<&[u8]> {
    bytes_if_any(row, column)?.ok_or_else(|| sqlx::Error::Decode(format!("column {column} is null").into()))
}

fn fixed<const N: usize>(row: &PgRow, column: usize) -> Fallible<[u8; N]> {
    bytes(row, column)?.try_into().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn number(row: &PgRow, column: usize) -> Fallible<i64> {
    fixed(row, column).map(i64::from_be_bytes)
}

fn unsigned(row: &PgRow, column: usize) -> Fallible<u64> {
    number(row, column).map(super::types::count)
}

fn unreadable(error: sqlx::Error) -> StoreError {
    let context = "the server's answer cannot be read: was the schema changed by hand?".into();
    match error {
        sqlx::Error::Decode(_) => StoreError::Failed { context, source: Some(Arc::new(error)) },
        error => store_error("reading an answer", error),
    }
}
