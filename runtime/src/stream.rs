//! What a stream is: its key, its events, its state.

use std::{
    fmt::{self, Display, Write},
    hash::Hash,
    str::FromStr,
    sync::Arc,
};

use crate::event::Event;

/// A kind of stream: the state that its events add up to, and how each of them changes it.
///
/// `#[stream]` writes this from an impl block. By hand it is as short:
///
/// ```
/// # use foldline_runtime as foldline;
/// # use std::{convert::Infallible, fmt, str::FromStr};
/// use foldline::{DecodeError, EncodeError, Event, EventType, Stream, StreamKey};
///
/// #[derive(Debug, Clone, PartialEq)]
/// struct Ticked;
///
/// impl Event for Ticked {
///     const TYPES: &'static [EventType] = &[EventType::new("clock.ticked")];
///     fn name(&self) -> &'static str {
///         "clock.ticked"
///     }
///     fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
///         payload.extend_from_slice(b"{}");
///         Ok(())
///     }
///     fn decode(name: &str, version: u32, _payload: &[u8]) -> Result<Self, DecodeError> {
///         Self::check(name, version)?;
///         Ok(Ticked)
///     }
/// }
///
/// #[derive(Default, Clone)]
/// struct Clock {
///     ticks: u64,
/// }
///
/// impl Stream for Clock {
///     type Key = Room;
///     type Event = Ticked;
///     const CATEGORY: &'static str = "clock";
///     fn initial() -> Self {
///         Self::default()
///     }
///     fn duplicate(&self) -> Self {
///         self.clone()
///     }
///     fn apply(&mut self, _: Ticked) {
///         self.ticks += 1;
///     }
/// }
///
/// /// There is one clock a room.
/// #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
/// struct Room(String);
///
/// impl StreamKey for Room {
///     type State = Clock;
/// }
/// # impl fmt::Display for Room {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
/// # }
/// # impl FromStr for Room {
/// #     type Err = Infallible;
/// #     fn from_str(text: &str) -> Result<Self, Infallible> { Ok(Room(text.to_owned())) }
/// # }
/// ```
#[doc(alias = "aggregate")]
#[doc(alias = "entity")]
#[doc(alias = "evolve")]
#[doc(alias = "fold")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the state of a stream",
    label = "no `#[stream(key = …)]` block for this type",
    note = "write `#[stream(key = YourKey)]` on an `impl {Self}` block with its `#[event]` methods, or implement `foldline::Stream` by hand"
)]
pub trait Stream: Send + Sync + Sized + 'static {
    /// What names one stream of this kind.
    type Key: StreamKey<State = Self>;
    /// What can happen on it.
    type Event: Event;
    /// The first part of its streams' names: `account` in `account-42`. It holds no `-`.
    const CATEGORY: &'static str;
    /// The state before anything happened: usually its `Default`.
    fn initial() -> Self;

    /// The same state once more: usually its `Clone`. Asked for only when somebody keeps a copy.
    fn duplicate(&self) -> Self;

    /// Takes one event in. It may not fail: what is in the log has happened.
    fn apply(&mut self, event: Self::Event);

    /// How many bytes the state holds outside of itself, roughly: what the executor's cache counts it as, beside its own
    /// size. A state that grows with its stream should say so.
    fn heap_size(&self) -> usize {
        0
    }
}

/// Names one stream of one kind.
///
/// Its text (`Display`) is the stored name, and has to parse back (`FromStr`) to the same key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of a stream",
    label = "names no stream",
    note = "a key is the type given to `#[stream(key = …)]` on an impl block of the state"
)]
pub trait StreamKey: Display + FromStr + Clone + Ord + Hash + Send + Sync + 'static {
    /// The state of the streams that this key names.
    type State: Stream<Key = Self>;
}

/// The stored name of a stream: its category, a `-`, and its key's text.
///
/// Cheap to clone: the text is shared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

impl StreamName {
    /// The name under which the stream of `key` is stored.
    ///
    /// A key whose `Display` fails names no stream, and is refused wherever one is opened; its name here is what it
    /// printed before it failed.
    #[must_use]
    pub fn of<K: StreamKey>(key: &K) -> Self {
        Self::printed(key).unwrap_or_else(|part| part)
    }

    /// The name, or as much of it as the key printed before it failed.
    pub(crate) fn printed<K: StreamKey>(key: &K) -> Result<Self, Self> {
        let mut text = String::new();
        // Not `format!`, which panics when a `Display` fails.
        let whole = write!(text, "{}-{key}", K::State::CATEGORY).is_ok();
        let name = Self(text.into());
        if whole { Ok(name) } else { Err(name) }
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same, shared.
    #[cfg(feature = "sqlite")]
    pub(crate) fn text(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The kind of stream: what stands before the first `-`.
    #[must_use]
    pub fn category(&self) -> &str {
        self.0.split_once('-').map_or(&*self.0, |(category, _)| category)
    }

    /// The key's text: what stands behind the first `-`.
    #[must_use]
    pub fn key_text(&self) -> &str {
        self.0.split_once('-').map_or("", |(_, key)| key)
    }
}

impl From<&str> for StreamName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for StreamName {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl AsRef<str> for StreamName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for StreamName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_splits_at_its_first_dash_alone() {
        let name = StreamName::from("account-ada-lovelace");
        assert_eq!((name.category(), name.key_text()), ("account", "ada-lovelace"));
        let bare = StreamName::from("account");
        assert_eq!((bare.category(), bare.key_text()), ("account", ""));
    }
}
