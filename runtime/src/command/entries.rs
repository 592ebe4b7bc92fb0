//! The streams of one execution, as far as they are known.

use std::{any::Any, sync::Arc};

use smallvec::SmallVec;

use super::Access;
use crate::{
    handle::{AnyState, Entity, Shape},
    id::CommitId,
    store::{Expectation, Seen},
    stream::{StreamKey, StreamName},
};

/// One stream that a command declared.
pub(crate) struct Entry {
    pub(crate) name: StreamName,
    pub(crate) field: &'static str,
    /// 0 for a stream that a field names, n for one that only the streams of hop n - 1 can name.
    pub(crate) hop: usize,
    pub(crate) access: Access,
    pub(crate) shape: &'static Shape,
    /// Where the executor keeps the stream, if it knows it already.
    pub(crate) slot: Option<AnySlot>,
    /// The state; taken by the handle that may change it.
    pub(crate) state: Option<AnyState>,
    /// How many events the state holds.
    pub(crate) version: u64,
    /// The commit of the last of them.
    pub(crate) last: Option<CommitId>,
    /// Whether the stream was read to its end, or needs no reading.
    pub(crate) loaded: bool,
}

impl Entry {
    /// Whether its state is that of the stream of `key`.
    pub(super) fn is_of<K: StreamKey>(&self, key: &K) -> bool {
        self.key::<K>().is_some_and(|known| known == key)
    }

    /// Whether its state is that of a stream of another key, of the same kind.
    pub(super) fn is_of_another<K: StreamKey>(&self, key: &K) -> bool {
        self.key::<K>().is_some_and(|known| known != key)
    }

    fn key<K: StreamKey>(&self) -> Option<&K> {
        self.state.as_ref()?.downcast_ref::<Entity<K::State>>().map(|entity| &entity.key)
    }
}

/// A place whose type only the executor knows.
pub(crate) type AnySlot = Arc<dyn Any + Send + Sync>;

/// The streams that an executor knows already, by name: their names need not be made again.
pub(crate) trait Shelf: Send + Sync {
    fn find(&self, name: &str) -> Option<(StreamName, AnySlot)>;
}

/// All of them, in the order of declaration.
#[derive(Default)]
pub(crate) struct Entries {
    list: SmallVec<[Entry; 2]>,
    /// Whether a stream that must be new is read all the same: from the second attempt on, since the first one's
    /// guess was refused.
    pub(crate) read_new: bool,
}

impl Entries {
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.list.iter_mut()
    }

    pub(crate) fn as_slice(&self) -> &[Entry] {
        &self.list
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Entry> {
        self.list.get(index)
    }

    pub(crate) fn find(&self, stream: &StreamName) -> Option<(usize, &Entry)> {
        self.list.iter().enumerate().find(|(_, entry)| entry.name == *stream)
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.list.push(entry);
    }

    /// The streams that still have to be read.
    pub(crate) fn unread(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.list.iter_mut().filter(|entry| !entry.loaded)
    }

    /// What the execution saw, stream by stream.
    pub(crate) fn expectations(&self) -> Vec<Expectation> {
        self.list
            .iter()
            // The streams of a hop that was not reached were not looked at.
            .take_while(|entry| entry.loaded)
            .map(|entry| Expectation { stream: entry.name.clone(), seen: Seen::of(entry.version, entry.last) })
            .collect()
    }

    /// Whether some stream was named by the state of another.
    pub(crate) fn follows(&self) -> bool {
        self.list.iter().any(|entry| entry.hop > 0)
    }

    /// Leaves the states of writable streams to their handles alone, so that recording need not copy them.
    pub(crate) fn give_up_writable_states(&mut self) {
        for entry in &mut self.list {
            if entry.access.writes {
                entry.state = None;
            }
        }
    }
}
