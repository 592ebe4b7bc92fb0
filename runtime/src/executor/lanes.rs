//! The slots of one command's streams, locked together: where its states come from, and where it leaves them.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

use super::{
    load::load_unread,
    machine::Left,
    slots::{Held, Slot, Slots},
};
use crate::{
    command::{Entries, Entry},
    error::StoreError,
    id::CommitId,
    store::{AnyStore, Status, Ticket, Watch},
};

/// Locked in the order of the streams' names, so that no two commands wait for each other.
pub(super) struct Lanes<'a> {
    slots: &'a Slots,
    /// Beside the entries.
    list: Vec<Lane>,
}

struct Lane {
    slot: Arc<Slot>,
    /// Alone in it, to write or to load; else shared with others that only read.
    alone: bool,
    guard: Option<Guard>,
    /// What the state stands on, while that is not durable.
    base: Option<Watch>,
}

/// Held, not looked at: the lane is free once it is dropped.
#[expect(dead_code, reason = "a guard is there to be dropped")]
enum Guard {
    Shared(OwnedRwLockReadGuard<()>),
    Alone(OwnedRwLockWriteGuard<()>),
}

impl Lane {
    async fn lock(&mut self) {
        let lane = Arc::clone(&self.slot.lane);
        self.guard = Some(if self.alone {
            Guard::Alone(lane.write_owned().await)
        } else {
            Guard::Shared(lane.read_owned().await)
        });
    }
}

impl<'a> Lanes<'a> {
    pub(super) fn of(slots: &'a Slots) -> Self {
        Self { slots, list: Vec::new() }
    }

    /// Locks every declared stream, and fills in its state: from its slot, or from the store. All that no slot has is read
    /// in one round trip. Who comes second to a stream that is being read waits for it in its lane.
    pub(super) async fn open(&mut self, store: &AnyStore, entries: &mut Entries) -> Result<(), StoreError> {
        self.give_back(entries);
        let lane = |entry: &mut Entry| {
            let known = entry.slot.take().and_then(|slot| slot.downcast::<Slot>().ok());
            let slot = known.unwrap_or_else(|| self.slots.of(&entry.name));
            Lane { slot, alone: entry.access.writes, guard: None, base: None }
        };
        let mut list: Vec<Lane> = entries.iter_mut().map(lane).collect();
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_unstable_by(|one, two| list.get(*one).map(name).cmp(&list.get(*two).map(name)));
        loop {
            for index in &order {
                if let Some(lane) = list.get_mut(*index) {
                    lane.lock().await;
                }
            }
            self.list = list;
            self.fill(entries)?;
            // One that shares a lane cannot load for the others: it comes again alone.
            let unread = entries.as_slice().iter().map(|entry| !entry.loaded);
            let late = self.list.iter_mut().zip(unread).filter(|(lane, unread)| *unread && !lane.alone);
            if late.map(|(lane, _)| lane.alone = true).count() == 0 {
                break;
            }
            self.leave_states(entries);
            list = std::mem::take(&mut self.list);
            list.iter_mut().for_each(|lane| lane.guard = None);
        }
        for (lane, entry) in self.list.iter().zip(entries.as_slice()) {
            // Its state was dropped, by one that was cancelled or took back what it had recorded.
            if !entry.loaded
                && let Some(under_way) = lane.slot.under_way()
            {
                under_way.outcome().await;
            }
        }
        load_unread(store, entries).await?;
        for (lane, entry) in self.list.iter().zip(entries.as_slice()) {
            if lane.alone && !entry.access.writes {
                self.put(lane, entry, entry.version);
            }
        }
        Ok(())
    }

    fn fill(&mut self, entries: &mut Entries) -> Result<(), StoreError> {
        let read_new = entries.read_new;
        for (lane, entry) in self.list.iter_mut().zip(entries.iter_mut()) {
            let held = if lane.alone { self.slots.take(&lane.slot) } else { self.slots.look(&lane.slot) };
            if let Some(held) = held {
                (entry.state, entry.version, entry.last) = (Some(held.state), held.version, held.last);
                (entry.loaded, lane.base) = (true, held.ticket);
            } else {
                (entry.version, entry.last, lane.base) = (0, None, None);
                entry.loaded = entry.access.is_new() && !read_new;
                if entry.state.is_none() {
                    entry.state = Some((entry.shape.empty)(&entry.name)?);
                }
            }
        }
        Ok(())
    }

    /// Whether the states stand on something that may still come to nothing, or has.
    pub(super) fn stand_on_pending(&self) -> bool {
        self.list.iter().any(|lane| lane.base.is_some())
    }

    /// Whether something that the states stand on has come to nothing.
    pub(super) fn overtaken(&self) -> bool {
        let failed = |ticket: &Watch| matches!(ticket.status(), Status::Refused | Status::Unknown);
        self.list.iter().any(|lane| lane.base.as_ref().is_some_and(failed))
    }

    /// Waits until everything that the states stand on has ended, one way or the other.
    pub(super) async fn settle(&self) {
        for base in self.list.iter().filter_map(|lane| lane.base.as_ref()) {
            base.outcome().await;
        }
    }

    /// Leaves the states of a command that has decided: those that it changed stand on its ticket from now on, and those
    /// that it changed for nothing are dropped.
    ///
    /// Nothing is kept hold of: whoever writes next would have to copy a state that somebody still looks at.
    pub(super) fn leave(&mut self, entries: &mut Entries, left: Left, commit: Option<(CommitId, &Ticket)>) {
        for (lane, entry) in self.list.iter().zip(entries.iter_mut()) {
            // Those of a command that could not even decide are as they were.
            if lane.alone && entry.loaded && entry.access.writes {
                self.put(lane, entry, entry.version);
            }
            entry.state = None;
        }
        for (index, state) in left.states {
            let (Some(lane), Some(entry)) = (self.list.get(index), entries.get(index)) else { continue };
            let recorded = left.recorded.get(index).copied().unwrap_or_default();
            let version = entry.version + recorded;
            if let (Some(ticket), 1..) = (commit.and_then(|(_, ticket)| ticket.watch()), recorded) {
                lane.slot.written_by(ticket);
            }
            let (last, ticket) = match commit {
                _ if recorded == 0 => (entry.last, lane.base.clone()),
                Some((id, ticket)) => match ticket.status() {
                    Status::Committed => (Some(id), None),
                    Status::Pending => (Some(id), ticket.watch().cloned()),
                    Status::Refused | Status::Unknown => continue,
                },
                None => continue,
            };
            if version > 0 {
                let size = (entry.shape.size)(&state);
                self.slots.put(&lane.slot, Held { state, version, last, ticket }, size);
            }
        }
    }

    /// Puts the states back as they came, and opens the lanes.
    pub(super) fn give_back(&mut self, entries: &mut Entries) {
        self.leave_states(entries);
        self.release();
    }

    fn leave_states(&self, entries: &mut Entries) {
        for (lane, entry) in self.list.iter().zip(entries.iter_mut()) {
            if lane.alone && entry.loaded {
                self.put(lane, entry, entry.version);
            }
            (entry.state, entry.loaded) = (None, false);
        }
    }

    /// A stream without events is not worth a place, and one that was taken to be new was never looked at.
    fn put(&self, lane: &Lane, entry: &Entry, version: u64) {
        if let Some(state) = entry.state.clone().filter(|_| version > 0) {
            let size = (entry.shape.size)(&state);
            let held = Held { state, version, last: entry.last, ticket: lane.base.clone() };
            self.slots.put(&lane.slot, held, size);
        }
    }

    /// Opens the lanes to those who wait.
    pub(super) fn release(&mut self) {
        self.list.iter_mut().for_each(|lane| lane.guard = None);
    }

    /// After a refusal: drops what it has shown to be wrong.
    pub(super) fn drop_stale(&self, entries: &Entries, (stream, actual): (&str, Option<u64>)) {
        for (lane, entry) in self.list.iter().zip(entries.as_slice()) {
            let actual = actual.filter(|_| stream == entry.name.as_str());
            lane.slot.drop_stale((entry.version, entry.last), actual);
        }
    }
}

fn name(lane: &Lane) -> &str {
    lane.slot.name.as_str()
}
