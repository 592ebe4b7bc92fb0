//! What the macros' output stands on. Not part of the public interface: it may change in any release.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    str::FromStr,
};

pub use serde;

use crate::stream::{Stream, StreamKey};
pub use crate::{
    command::fingerprint::{Probe, ProbeDebug, ProbeNothing},
    compiling::told_apart::told_apart,
    event::known,
    payload::{
        PayloadDeserializer, PayloadSerializer, decoded, encoded,
        storable::{Assumed, Storable, Unstorable, storable},
    },
    projection::{
        exhaustive::forgets_nothing,
        handler::{Handled, KeyTo, handled, key_to},
    },
};

/// A key of the streams of `S`.
///
/// The lifetime means nothing by itself: a `where` clause that mentions it is not checked where it is written but assumed
/// there, so that what a key lacks is said once.
pub trait KeyOf<'x, S>: StreamKey<State = S> {}

impl<S, K: StreamKey<State = S>> KeyOf<'_, S> for K {}

/// Stands in for the key of a `#[stream]` block that names none, so that this mistake has no consequences elsewhere.
/// Nobody can make one.
#[derive(Debug)]
pub struct NoKey<S>(Never, PhantomData<fn() -> S>);

#[derive(Debug, Clone, Copy)]
enum Never {}

impl<S: Stream<Key = Self>> StreamKey for NoKey<S> {
    type State = S;
}

impl<S> FromStr for NoKey<S> {
    type Err = fmt::Error;

    fn from_str(_: &str) -> Result<Self, fmt::Error> {
        Err(fmt::Error)
    }
}

impl<S> fmt::Display for NoKey<S> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl<S> Clone for NoKey<S> {
    fn clone(&self) -> Self {
        match self.0 {}
    }
}

impl<S> PartialEq for NoKey<S> {
    fn eq(&self, _: &Self) -> bool {
        match self.0 {}
    }
}

impl<S> Eq for NoKey<S> {}

impl<S> PartialOrd for NoKey<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for NoKey<S> {
    fn cmp(&self, _: &Self) -> Ordering {
        match self.0 {}
    }
}

impl<S> Hash for NoKey<S> {
    fn hash<H: Hasher>(&self, _: &mut H) {
        match self.0 {}
    }
}
