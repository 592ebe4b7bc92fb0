//! The log, and one stream's part of it, as bounded streams: a page is held at a time, and the next one on its way.

use std::marker::PhantomData;

use futures_core::Stream as FuturesStream;
use futures_util::stream;

use super::{AnyStore, LogRead, Store, StreamRead, pages::paged};
use crate::{
    error::StoreError,
    event::Event,
    key::stream_of,
    recorded::{RawEvent, Recorded},
    stream::{Stream, StreamKey},
};

/// The log from some position on, narrowed as its methods say. Read it [`raw`](Self::raw), or as
/// [`typed`](Self::typed) events.
#[derive(Debug, Clone)]
#[must_use = "a log does nothing until it is read: `.raw()` or `.typed::<Event>()`"]
pub struct Log {
    store: AnyStore,
    read: LogRead,
}

impl Log {
    pub(crate) fn new(store: AnyStore, after: u64) -> Self {
        Self { store, read: LogRead::after(after) }
    }

    /// Only events up to this position: the log as of then.
    pub fn until(mut self, position: u64) -> Self {
        self.read.until = position;
        self
    }

    /// Only events of streams of these categories.
    pub fn categories(mut self, categories: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.read.categories = Some(categories.into_iter().map(Into::into).collect());
        self
    }

    /// Only events stored under these names.
    pub fn events(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.read.events = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// How many events make a page; [`limits::PAGE_EVENTS`](crate::limits::PAGE_EVENTS) by default. Two pages are held in
    /// memory at most: while one is looked at, the next is fetched.
    pub fn page(mut self, events: usize) -> Self {
        self.read.limit = events.max(1);
        self
    }

    /// Up to the present end of the log, undecoded.
    pub fn raw(self) -> impl FuturesStream<Item = Result<RawEvent, StoreError>> + Send + Unpin + use<> {
        paged(self.read, move |mut read| {
            let store = self.store.clone();
            async move {
                let page = store.read_log(read.clone()).await?;
                read.after = page.reached;
                Ok((page.events, page.more.then_some(read)))
            }
        })
    }

    /// Up to the present end of the log, as events of type `E`. Ask for `E`'s own with [`categories`](Self::categories):
    /// an event that is none of `E`'s is an error.
    pub fn typed<E: Event>(self) -> impl FuturesStream<Item = Result<Recorded<E>, StoreError>> + Send + Unpin + use<E> {
        decoded(self.raw())
    }
}

/// The events of one stream, narrowed as its methods say.
#[derive(Debug, Clone)]
#[must_use = "a history does nothing until it is read: `.read()` or `.raw()`"]
pub struct History<K> {
    store: AnyStore,
    read: Result<StreamRead, StoreError>,
    key: PhantomData<fn() -> K>,
}

impl<K: StreamKey> History<K> {
    pub(crate) fn new(store: AnyStore, key: &K) -> Self {
        Self { store, read: stream_of(key).map(StreamRead::new), key: PhantomData }
    }

    /// Only events from this version on.
    pub fn from_version(self, version: u64) -> Self {
        self.with(|read| read.after = version.saturating_sub(1))
    }

    /// Only events up to this version.
    pub fn until_version(self, version: u64) -> Self {
        self.with(|read| read.until_version = version)
    }

    /// Only events up to this position of the log.
    pub fn until_position(self, position: u64) -> Self {
        self.with(|read| read.until_position = position)
    }

    /// How many events make a page; [`limits::PAGE_EVENTS`](crate::limits::PAGE_EVENTS) by default. Two pages are held in
    /// memory at most: while one is looked at, the next is fetched.
    pub fn page(self, events: usize) -> Self {
        self.with(|read| read.limit = events.max(1))
    }

    fn with(mut self, change: impl FnOnce(&mut StreamRead)) -> Self {
        if let Ok(read) = &mut self.read {
            change(read);
        }
        self
    }

    /// The events, decoded.
    pub fn read(
        self,
    ) -> impl FuturesStream<Item = Result<Recorded<<K::State as Stream>::Event>, StoreError>> + Send + Unpin + use<K>
    {
        decoded(self.raw())
    }

    /// The events as they are stored.
    pub fn raw(self) -> impl FuturesStream<Item = Result<RawEvent, StoreError>> + Send + Unpin + use<K> {
        let store = self.store;
        paged(self.read, move |read| {
            let store = store.clone();
            async move {
                let mut read = read?;
                let page = store.read_streams(vec![read.clone()]).await?.pop().unwrap_or_default();
                if let Some(last) = page.events.last() {
                    read.after = last.version();
                }
                let more = page.more && !page.events.is_empty();
                Ok((page.events, more.then_some(Ok(read))))
            }
        })
    }
}

/// Each event read as `E`. An event that cannot be read ends the stream: what follows it is not shown as if nothing was.
fn decoded<E: Event>(
    raw: impl FuturesStream<Item = Result<RawEvent, StoreError>> + Send + Unpin,
) -> impl FuturesStream<Item = Result<Recorded<E>, StoreError>> + Send + Unpin {
    use futures_util::StreamExt;
    Box::pin(stream::unfold(Some(raw), |raw| async move {
        let mut raw = raw?;
        match raw.next().await?.and_then(RawEvent::decode) {
            Ok(event) => Some((Ok(event), Some(raw))),
            Err(error) => Some((Err(error), None)),
        }
    }))
}
