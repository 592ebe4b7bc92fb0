//! Open streams, as `decide` meets them.

mod entity;
mod map;
mod names;
mod recording;

use std::{fmt, ops::Deref, sync::Arc};

pub(crate) use self::{
    entity::{AnyState, Entity, Shape},
    recording::{Recording, Returned, Session},
};
pub use self::{
    map::StreamMap,
    names::{Names, Reads, Writes},
};
use crate::{
    command::{Opener, Paused},
    stream::Stream,
};

/// An open stream that may be told what happened.
///
/// It derefs to the folded state. [`emit`](Self::emit), or the recording verbs that `#[stream]` writes, record a fact
/// and apply it at once; there is no other way to change the state.
pub struct StreamMut<S: Stream> {
    entity: Arc<Entity<S>>,
    version: u64,
    index: usize,
    session: Session,
}

/// An open stream that is read and proven, and not written.
pub struct StreamRef<S: Stream> {
    entity: Arc<Entity<S>>,
    version: u64,
}

impl<S: Stream> StreamMut<S> {
    /// Records a fact, and applies it to the state.
    ///
    /// A fact that cannot be encoded makes the whole execution fail with `Encode`, whatever `decide` returns.
    pub fn emit(&mut self, event: S::Event) {
        self.session.record(self.index, &event);
        self.version += 1;
        // Nobody else holds the state of a stream that is open for writing, so this clones only when a caller kept a
        // copy (`with_state`, `load`) that is still alive.
        Arc::make_mut(&mut self.entity).state.apply(event);
    }

    /// How many events the stream has, those recorded here included.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether the stream has any event.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > 0
    }

    /// The stream's key.
    #[must_use]
    pub fn key(&self) -> &S::Key {
        &self.entity.key
    }
}

impl<S: Stream> StreamRef<S> {
    /// How many events the stream has.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Whether the stream has any event.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > 0
    }

    /// The stream's key.
    #[must_use]
    pub fn key(&self) -> &S::Key {
        &self.entity.key
    }

    /// Here only so that recording on a stream that is read gets an error with its remedy.
    #[doc(hidden)]
    pub fn emit(&mut self, event: S::Event)
    where
        Self: Records<S::Event>,
    {
        Records::record(self, event);
    }
}

/// Streams that can be told what happened: what the recording verbs stand on.
#[diagnostic::on_unimplemented(
    message = "this stream is only read: nothing can be recorded on it",
    label = "recorded on a stream that is open for reading",
    note = "write `#[stream]` instead of `#[stream(read)]` on the command's field (or drop `read` from its `follow`)"
)]
pub trait Records<E> {
    /// Records a fact, and applies it to the state.
    fn record(&mut self, event: E);
}

impl<S: Stream> Records<S::Event> for StreamMut<S> {
    fn record(&mut self, event: S::Event) {
        self.emit(event);
    }
}

/// Either kind of handle: what a collection of open streams is made of.
pub(crate) trait Handle: Sized {
    type State: Stream;
    fn open(opener: &Opener<'_>, index: usize) -> Result<Self, Paused>;
}

impl<S: Stream> Handle for StreamMut<S> {
    type State = S;

    fn open(opener: &Opener<'_>, index: usize) -> Result<Self, Paused> {
        let (entity, version) = opener.view::<S>(index)?;
        Ok(Self { entity, version, index, session: opener.session() })
    }
}

impl<S: Stream> Handle for StreamRef<S> {
    type State = S;

    fn open(opener: &Opener<'_>, index: usize) -> Result<Self, Paused> {
        let (entity, version) = opener.view::<S>(index)?;
        Ok(Self { entity, version })
    }
}

impl<S: Stream> Drop for StreamMut<S> {
    /// Hands the state back, so that the next command on this stream need not fold it again. One that is lost on the
    /// way (a leaked handle, a panic) is loaded again when it is needed.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let state = Arc::clone(&self.entity) as AnyState;
            self.session.hand_back(Returned { stream: self.index, state, version: self.version });
        }
    }
}

impl<S: Stream> Deref for StreamMut<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.entity.state
    }
}

impl<S: Stream> Deref for StreamRef<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.entity.state
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for StreamMut<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("StreamMut", &self.entity, self.version, f)
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for StreamRef<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("StreamRef", &self.entity, self.version, f)
    }
}

fn debug<S: Stream + fmt::Debug>(
    kind: &str,
    entity: &Entity<S>,
    version: u64,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    f.debug_struct(kind)
        .field("key", &format_args!("{}", entity.key))
        .field("version", &version)
        .field("state", &entity.state)
        .finish()
}
