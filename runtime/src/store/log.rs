//! The log, and one stream's part of it, as bounded streams: a page is held at a time, and the next one on its way.

use std::{marker::PhantomData, sync::Arc};

use futures_core::Stream as FuturesStream;
use futures_util::stream;

use super::{AnyStore, LogRead, Store, StreamRead, glob::Glob, pages::paged};
use crate::{
    error::StoreError,
    event::Event,
    key::stream_of,
    recorded::{RawEvent, Recorded},
    stream::{Stream, StreamKey},
};

/// The log from some position on, narrowed as its methods say. Read it [`raw`](Self::raw), or as
/// [`typed`](Self::typed) events.
///
/// ```
/// use foldline_runtime::{Executor, MemoryStore};
/// use futures_util::TryStreamExt;
///
/// # async fn read() -> Result<(), foldline_runtime::StoreError> {
/// let bank = Executor::new(MemoryStore::new());
/// let mut events = bank.log(0).categories(["account"]).raw();
/// while let Some(event) = events.try_next().await? {
///     println!("{} {} {}", event.position(), event.stream(), event.name());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a log does nothing until it is read: `.raw()` or `.typed::<Event>()`"]
pub struct Log {
    store: AnyStore,
    read: LogRead,
    streams: Option<Arc<[Glob]>>,
    live: bool,
}

impl Log {
    pub(crate) fn new(store: AnyStore, after: u64) -> Self {
        Self { store, read: LogRead::after(after), streams: None, live: false }
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

    /// Only events of streams whose names fit one of these patterns: `account-a*`, where `*` is any text and `?` one
    /// character.
    ///
    /// Patterns that spell out what stands before the first `-` let the database leave out other categories; the rest is
    /// looked at here.
    pub fn streams(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.streams = Some(patterns.into_iter().map(Glob::new).collect());
        self
    }

    /// How many events make a page; [`limits::PAGE_EVENTS`](crate::limits::PAGE_EVENTS) by default. Two pages are held in
    /// memory at most: while one is looked at, the next is fetched.
    pub fn page(mut self, events: usize) -> Self {
        self.read.limit = events.max(1);
        self
    }

    /// Goes on at the present end of the log: waits for what comes, until it is dropped or the store is closed.
    ///
    /// What this process commits is seen at once; what others commit, as soon as the store notices.
    pub fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// Up to the present end of the log, or beyond it if [`live`](Self::live), undecoded. An error is the last item:
    /// whoever wants to go on after a passing fault asks again from the last position.
    pub fn raw(mut self) -> impl FuturesStream<Item = Result<RawEvent, StoreError>> + Send + Unpin + use<> {
        self.read.categories = self.read.categories.or_else(|| categories(self.streams.as_deref()));
        let (store, streams, live) = (self.store, self.streams, self.live);
        // The second says whether there is nothing to be had without waiting.
        paged((self.read, false), move |(mut read, at_the_end)| {
            let (store, streams) = (store.clone(), streams.clone());
            async move {
                if at_the_end {
                    store.wait_beyond(read.after).await?;
                }
                let mut page = store.read_log(read.clone()).await?;
                read.after = page.reached;
                if let Some(streams) = streams {
                    page.events.retain(|event| streams.iter().any(|glob| glob.fits(event.stream().as_str())));
                }
                let goes_on = page.more || (live && read.after < read.until);
                Ok((page.events, goes_on.then_some((read, !page.more))))
            }
        })
    }

    /// The same, as events of type `E`. Ask for `E`'s own with [`categories`](Self::categories):
    /// an event that is none of `E`'s is an error.
    pub fn typed<E: Event>(self) -> impl FuturesStream<Item = Result<Recorded<E>, StoreError>> + Send + Unpin + use<E> {
        decoded(self.raw())
    }
}

/// The categories that patterns spell out, if all do.
fn categories(streams: Option<&[Glob]>) -> Option<Arc<[String]>> {
    streams?.iter().map(|glob| glob.category().map(String::from)).collect()
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
