//! What a `#[stream]` field may be: a key, or a collection of keys.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Handle, StreamMap, StreamMut, StreamRef};
use crate::{
    command::{Declared, Opener, Paused},
    stream::StreamKey,
};

/// A value that names streams of one kind: a key, `Option<K>`, `Vec<K>`, `[K; N]`, or a set or map of keys.
///
/// The lifetime means nothing by itself. A `where` clause that mentions it (`for<'x> Field: Names<'x>`) is not checked
/// where it is written but assumed there, which is how a wrong field type gets one error and not six.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no stream",
    label = "a `#[stream]` field is a key, or a collection of keys",
    note = "a key is the type given to `#[stream(key = …)]` on an impl block; `Option<K>`, `Vec<K>`, `[K; N]` and sets and maps of keys will do too"
)]
pub trait Names<'x> {
    /// The key of the streams that it names.
    type Key: StreamKey;
    /// What opening them for writing gives.
    type Writes;
    /// What opening them for reading gives.
    type Reads;

    /// Shows every key that it names: each once, in key order.
    fn visit(&self, visit: &mut dyn FnMut(&Self::Key));

    /// Opens what was declared, for writing.
    ///
    /// # Errors
    /// [`Paused`], to be passed on with `?`.
    fn writes(declared: &Declared, opener: &mut Opener<'_>) -> Result<Self::Writes, Paused>;

    /// Opens what was declared, for reading.
    ///
    /// # Errors
    /// [`Paused`], to be passed on with `?`.
    fn reads(declared: &Declared, opener: &mut Opener<'_>) -> Result<Self::Reads, Paused>;
}

/// The handle that a `#[stream]` field of type `N` becomes.
pub type Writes<N> = <N as Names<'static>>::Writes;

/// The handle that a `#[stream(read)]` field of type `N` becomes.
pub type Reads<N> = <N as Names<'static>>::Reads;

type Mut<K> = StreamMut<<K as StreamKey>::State>;
type Ref<K> = StreamRef<<K as StreamKey>::State>;

/// Opens a declared field's streams, all alike but for the shape they are gathered into.
macro_rules! opens {
    ($gather:ident -> $($shape:tt)*) => {
        type Key = K;
        type Writes = opens!(@shape Mut $($shape)*);
        type Reads = opens!(@shape Ref $($shape)*);

        fn writes(declared: &Declared, opener: &mut Opener<'_>) -> Result<Self::Writes, Paused> {
            $gather(declared, opener)
        }

        fn reads(declared: &Declared, opener: &mut Opener<'_>) -> Result<Self::Reads, Paused> {
            $gather(declared, opener)
        }
    };
    (@shape $handle:ident one) => { $handle<K> };
    (@shape $handle:ident maybe) => { Option<$handle<K>> };
    (@shape $handle:ident many) => { StreamMap<K, $handle<K>> };
}

// Without this the message would speak of `StreamKey`, and leave the collections out.
#[diagnostic::do_not_recommend]
impl<K: StreamKey> Names<'_> for K {
    opens!(one -> one);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        visit(self);
    }
}

impl<K: StreamKey> Names<'_> for Option<K> {
    opens!(maybe -> maybe);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        self.iter().for_each(visit);
    }
}

impl<K: StreamKey> Names<'_> for Vec<K> {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        sorted(self.iter(), visit);
    }
}

impl<K: StreamKey, const N: usize> Names<'_> for [K; N] {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        sorted(self.iter(), visit);
    }
}

impl<K: StreamKey> Names<'_> for BTreeSet<K> {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        self.iter().for_each(visit);
    }
}

impl<K: StreamKey, V> Names<'_> for BTreeMap<K, V> {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        self.keys().for_each(visit);
    }
}

impl<K: StreamKey, H> Names<'_> for HashSet<K, H> {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        sorted(self.iter(), visit);
    }
}

impl<K: StreamKey, V, H> Names<'_> for HashMap<K, V, H> {
    opens!(many -> many);

    fn visit(&self, visit: &mut dyn FnMut(&K)) {
        sorted(self.keys(), visit);
    }
}

fn sorted<'a, K: Ord + 'a>(keys: impl Iterator<Item = &'a K>, visit: &mut dyn FnMut(&K)) {
    let mut keys: Vec<&K> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().for_each(visit);
}

fn one<H: Handle>(declared: &Declared, opener: &Opener<'_>) -> Result<H, Paused> {
    H::open(opener, declared.first())
}

fn maybe<H: Handle>(declared: &Declared, opener: &Opener<'_>) -> Result<Option<H>, Paused> {
    declared.indices().next().map(|index| H::open(opener, index)).transpose()
}

fn many<H: Handle>(
    declared: &Declared,
    opener: &Opener<'_>,
) -> Result<StreamMap<<H::State as crate::stream::Stream>::Key, H>, Paused> {
    declared
        .indices()
        .map(|index| Ok((opener.key::<H::State>(index)?, H::open(opener, index)?)))
        .collect::<Result<Vec<_>, _>>()
        .map(StreamMap::from_sorted)
}
