//! Reading states from a store: for commands, and for callers who only want to look.

use std::{fmt, future::IntoFuture};

use futures_util::future::{BoxFuture, FutureExt};

use super::committed::Loaded;
use crate::{
    command::Entries,
    error::StoreError,
    handle::{AnyState, Entity, Shape},
    id::CommitId,
    key::stream_of,
    limits,
    store::{AnyStore, Expectation, Seen, Store, StreamRead},
    stream::{Stream, StreamKey, StreamName},
};

/// Reads every declared stream that was not read yet: all of them in one round trip, a page each, until all are read.
pub(super) async fn load_unread(store: &AnyStore, entries: &mut Entries) -> Result<(), StoreError> {
    loop {
        let mut reads: Vec<StreamRead> =
            entries.unread().map(|entry| StreamRead::new(entry.name.clone()).after(entry.version)).collect();
        if reads.is_empty() {
            return Ok(());
        }
        // Many streams share what one would get, so that a command's width does not decide how much is held at once.
        let share = (8 * limits::PAGE_EVENTS / reads.len()).clamp(16, limits::PAGE_EVENTS);
        reads.iter_mut().for_each(|read| read.limit = share);
        let pages = store.read_streams(reads).await?;
        for (entry, page) in entries.unread().zip(pages) {
            if let Some(last) = page.events.last()
                && let Some(state) = entry.state.take()
            {
                (entry.version, entry.last) = (last.version(), Some(last.commit()));
                entry.state = Some((entry.shape.fold)(state, &entry.name, &page.events)?);
            }
            entry.loaded = !page.more;
        }
    }
}

/// A state folded from a store, with the end of what it holds.
pub(super) struct Folded {
    pub(super) state: AnyState,
    pub(super) version: u64,
    pub(super) position: u64,
}

/// Folds one stream, as far as `read` goes, page by page.
pub(super) async fn fold(
    store: &AnyStore,
    mut read: StreamRead,
    shape: &Shape,
    empty: AnyState,
) -> Result<Folded, StoreError> {
    let mut folded = Folded { state: empty, version: 0, position: 0 };
    loop {
        let page = store.read_streams(vec![read.clone()]).await?.pop().unwrap_or_default();
        let Some(last) = page.events.last() else { return Ok(folded) };
        (folded.version, folded.position) = (last.version(), last.position());
        folded.state = (shape.fold)(folded.state, &read.stream, &page.events)?;
        if !page.more {
            return Ok(folded);
        }
        read.after = folded.version;
    }
}

/// The end of a stream, from version `near` on if it reaches that far, else from its start.
pub(super) async fn end_of(store: &AnyStore, stream: &StreamName, near: u64) -> Result<Expectation, StoreError> {
    let mut end: Option<(u64, CommitId)> = None;
    let mut read = StreamRead::new(stream.clone()).after(near.saturating_sub(1));
    loop {
        let page = store.read_streams(vec![read.clone()]).await?.pop().unwrap_or_default();
        end = page.events.last().map(|last| (last.version(), last.commit())).or(end);
        match end {
            Some((version, _)) if page.more => read.after = version,
            None if read.after > 0 => read.after = 0,
            _ => break,
        }
    }
    let seen = end.map_or(Seen::Nothing, |(version, commit)| Seen::At { version, commit });
    Ok(Expectation { stream: stream.clone(), seen })
}

/// A stream's state, to be awaited: as it is now, or as it was.
#[must_use = "nothing is read until this is awaited"]
pub struct Load<'a, K> {
    store: &'a AnyStore,
    key: K,
    version: Option<u64>,
    position: Option<u64>,
}

impl<'a, K: StreamKey> Load<'a, K> {
    pub(super) fn new(store: &'a AnyStore, key: &K) -> Self {
        Self { store, key: key.clone(), version: None, position: None }
    }

    /// As it was when it had so many events.
    pub fn at_version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// As it was when the log reached this position.
    pub fn at_position(mut self, position: u64) -> Self {
        self.position = Some(position);
        self
    }

    async fn run(self) -> Result<Option<Loaded<K::State>>, StoreError> {
        let mut read = StreamRead::new(stream_of(&self.key)?);
        read.until_version = self.version.unwrap_or(u64::MAX);
        read.until_position = self.position.unwrap_or(u64::MAX);
        if let Some(asked) = self.position {
            let head = self.store.head().await?;
            if asked > head {
                return Err(StoreError::BeyondHead { what: "position", asked, head });
            }
        }
        let shape = const { &Shape::of::<K::State>() };
        let stream = read.stream.clone();
        let clash = StoreError::CategoryClash { stream: read.stream.to_string(), category: K::State::CATEGORY };
        let folded = fold(self.store, read, shape, Entity::<K::State>::empty(self.key)).await?;
        match self.version {
            // The past of a version that the stream never had is not its present.
            Some(asked) if asked > folded.version && self.position.is_none() => {
                Err(StoreError::NoSuchVersion { stream, asked, actual: folded.version })
            }
            _ if folded.version == 0 => Ok(None),
            _ => {
                let entity = AnyState::downcast::<Entity<K::State>>(folded.state).map_err(|_| clash)?;
                Ok(Some(Loaded::new(entity, folded.version, folded.position)))
            }
        }
    }
}

impl<'a, K: StreamKey> IntoFuture for Load<'a, K> {
    type Output = Result<Option<Loaded<K::State>>, StoreError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed()
    }
}

impl<K: StreamKey> fmt::Debug for Load<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load")
            .field("stream", &StreamName::of(&self.key))
            .field("version", &self.version)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
