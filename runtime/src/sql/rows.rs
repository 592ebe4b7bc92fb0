//! From rows to events: a page's payloads share one allocation, its names and commits are told apart once.

use std::{collections::HashMap, ops::Range, str, sync::Arc};

use foldhash::fast::RandomState;

use super::numbers::count;
use crate::{
    cause::Cause,
    error::StoreError,
    event_name::EventName,
    id::CommitId,
    metadata::Metadata,
    recorded::{CommitInfo, Place, RawEvent},
    stream::StreamName,
    time::Timestamp,
};
use bytes::{Bytes, BytesMut};
use sqlx::error::BoxDynError;

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

pub(crate) type Fallible<T> = Result<T, sqlx::Error>;

/// A row of a database, as far as events go.
pub(crate) trait Cells {
    /// A text or a blob; `None` if it is null.
    fn bytes(&self, column: usize) -> Fallible<Option<&[u8]>>;

    /// A number of whatever size.
    fn number(&self, column: usize) -> Fallible<i64>;

    /// A time, in microseconds since 1970.
    fn micros(&self, column: usize) -> Fallible<i64>;
}

/// What the first column says.
pub(crate) fn tag(row: &impl Cells) -> Fallible<i64> {
    row.number(TAG)
}

/// The event of each row, if there is one in it.
pub(crate) fn events<R: Cells>(rows: &[R]) -> Fallible<Vec<RawEvent>> {
    let (payloads, ranges) = payloads(rows)?;
    let (mut names, mut streams) = (Interned::default(), Interned::default());
    let mut commit: Option<Arc<CommitInfo>> = None;
    let mut events = Vec::with_capacity(rows.len());
    for (row, range) in rows.iter().zip(ranges) {
        let Some(range) = range else { continue };
        let id = CommitId::from_u128(u128::from_be_bytes(fixed(present(row, COMMIT_ID)?)?));
        let commit = match commit.take().filter(|known| known.id == id) {
            Some(known) => &*commit.insert(known),
            None => &*commit.insert(Arc::new(info(row, id)?)),
        };
        events.push(read(row, payloads.slice(range), commit, &mut names, &mut streams)?);
    }
    Ok(events)
}

fn read<'r, R: Cells>(
    row: &'r R,
    payload: Bytes,
    commit: &Arc<CommitInfo>,
    names: &mut Interned<'r, EventName>,
    streams: &mut Interned<'r, StreamName>,
) -> Fallible<RawEvent> {
    let place = Place { position: count(row.number(POSITION)?), version: count(row.number(VERSION)?) };
    let name = names.get(present(row, NAME)?, |name| Arc::<str>::from(name).into())?;
    let stream = streams.get(present(row, STREAM)?, StreamName::from)?;
    let schema_version = u32::try_from(row.number(SCHEMA_VERSION)?).unwrap_or(0);
    Ok(RawEvent::new(place, stream, name, schema_version, payload, Arc::clone(commit)))
}

/// Texts that were met, each made once.
struct Interned<'r, T> {
    last: Option<(&'r [u8], T)>,
    // A page may hold as many streams as events: what a text's hash costs is what a row costs.
    others: HashMap<&'r [u8], T, RandomState>,
}

impl<T> Default for Interned<'_, T> {
    fn default() -> Self {
        Self { last: None, others: HashMap::default() }
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
                let text = str::from_utf8(bytes).map_err(broken)?;
                let made = make(text);
                self.others.insert(bytes, made.clone());
                made
            }
        };
        self.last = Some((bytes, made.clone()));
        Ok(made)
    }
}

fn payloads<R: Cells>(rows: &[R]) -> Fallible<(Bytes, Vec<Option<Range<usize>>>)> {
    let mut size = 0;
    for row in rows {
        size += row.bytes(DATA)?.map_or(0, <[u8]>::len);
    }
    let (mut all, mut ranges) = (BytesMut::with_capacity(size), Vec::with_capacity(rows.len()));
    for row in rows {
        ranges.push(row.bytes(DATA)?.map(|payload| {
            let start = all.len();
            all.extend_from_slice(payload);
            start..all.len()
        }));
    }
    Ok((all.freeze(), ranges))
}

fn info<R: Cells>(row: &R, id: CommitId) -> Fallible<CommitInfo> {
    let metadata: Metadata = serde_json::from_slice(present(row, METADATA)?)
        .map_err(|error| broken(format!("the metadata of commit {id}: {error}")))?;
    Ok(CommitInfo::new(id, Timestamp::from_micros(row.micros(RECORDED_AT)?), metadata))
}

/// What must not be null.
pub(crate) fn present<R: Cells>(row: &R, column: usize) -> Fallible<&[u8]> {
    row.bytes(column)?.ok_or_else(|| broken(format!("column {column} is null")))
}

/// So many bytes, and no others.
pub(crate) fn fixed<const N: usize>(bytes: &[u8]) -> Fallible<[u8; N]> {
    bytes.try_into().map_err(broken)
}

fn broken(why: impl Into<BoxDynError>) -> sqlx::Error {
    sqlx::Error::Decode(why.into())
}

/// The error of an answer that cannot be read; any other is given back.
pub(crate) fn unreadable(error: sqlx::Error) -> Result<StoreError, sqlx::Error> {
    match error {
        sqlx::Error::Decode(_) => {
            let context = "the database's answer cannot be read: was the schema changed by hand?".into();
            Ok(StoreError::Failed { context, source: Some(Cause::new(error)) })
        }
        error => Err(error),
    }
}
