//! The slots of one command's streams, locked together: where its states come from, and where it leaves them.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use smallvec::SmallVec;

use super::{
    load::load_unread,
    slots::{Held, Slot, Slots, WHOLE},
};
use crate::{
    command::{Entries, Entry},
    error::StoreError,
    handle::Returned,
    id::CommitId,
    observe::SEEN,
    store::{AnyStore, Status, Ticket, Watch},
};

/// Locked in the order of the streams' names, so that no two commands wait for each other.
pub(super) struct Lanes<'a> {
    slots: &'a Slots,
    /// Beside the entries.
    list: SmallVec<[Lane; 2]>,
    /// How many of the streams had no state in their slots, and how many of these were to be read.
    absent: u32,
    unread: u32,
    /// How many are counted as in use.
    counted: usize,
}

struct Lane {
    slot: Arc<Slot>,
    /// Alone in it, to write or to load; else shared with others that only read.
    alone: bool,
    /// How much of it is locked. Given back when dropped.
    share: u32,
    /// What the state stands on, while that is not durable.
    base: Option<Watch>,
}

impl Lane {
    async fn lock(&mut self) {
        let share = if self.alone { WHOLE } else { 1 };
        // The way of a slot is never closed.
        if let Ok(permit) = self.slot.way.acquire_many(share).await {
            permit.forget();
            self.share = share;
        }
    }

    fn release(&mut self) {
        match std::mem::take(&mut self.share) {
            0 => {}
            share => self.slot.way.add_permits(share as usize),
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.release();
    }
}

impl<'a> Lanes<'a> {
    pub(super) fn of(slots: &'a Slots) -> Self {
        Self { slots, list: SmallVec::new(), absent: 0, unread: 0, counted: 0 }
    }

    /// Locks every declared stream, and fills in its state: from its slot, or from the store. All that no slot has is read
    /// in one round trip. Who comes second to a stream that is being read waits for it in its lane.
    pub(super) async fn open(&mut self, store: &AnyStore, entries: &mut Entries) -> Result<(), StoreError> {
        self.give_back(entries);
        let slots = self.slots;
        let lane = |entry: &mut Entry| {
            let known = entry.slot.take().and_then(|slot| slot.downcast::<Slot>().ok());
            let slot = known.unwrap_or_else(|| slots.of(&entry.name));
            Lane { slot, alone: entry.access.writes, share: 0, base: None }
        };
        self.list = entries.iter_mut().map(lane).collect();
        let mut order: SmallVec<[usize; 2]> = (0..self.list.len()).collect();
        order.sort_unstable_by(|one, two| self.list.get(*one).map(name).cmp(&self.list.get(*two).map(name)));
        loop {
            for index in &order {
                if let Some(lane) = self.list.get_mut(*index) {
                    lane.lock().await;
                }
            }
            self.fill(entries)?;
            // One that shares a lane cannot load for the others: it comes again alone.
            let unread = entries.as_slice().iter().map(|entry| !entry.loaded);
            let late = self.list.iter_mut().zip(unread).filter(|(lane, unread)| *unread && !lane.alone);
            if late.map(|(lane, _)| lane.alone = true).count() == 0 {
                break;
            }
            self.leave_states(entries);
            self.release();
        }
        if self.unread > 0 {
            self.count_in();
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
        (self.absent, self.unread) = (0, 0);
        for (lane, entry) in self.list.iter_mut().zip(entries.iter_mut()) {
            let held = if lane.alone { self.slots.take(&lane.slot) } else { self.slots.look(&lane.slot) };
            if let Some(held) = held {
                (entry.state, entry.version, entry.last) = (Some(held.state), held.version, held.last);
                (entry.loaded, lane.base) = (true, held.ticket);
            } else if let Some(durable) = lane.slot.base() {
                (entry.state, entry.version, entry.last) = (Some(durable.state), durable.version, durable.last);
                (entry.loaded, lane.base) = (false, None);
            } else {
                (entry.version, entry.last, lane.base) = (0, None, None);
                entry.loaded = entry.access.is_new() && !read_new;
                self.absent += 1;
                self.unread += u32::from(!entry.loaded);
                if entry.state.is_none() {
                    entry.state = Some((entry.shape.empty)(&entry.name)?);
                }
            }
        }
        Ok(())
    }

    /// How many streams were found in their slots when they were last opened, and how many were not and had to be read.
    pub(super) fn found_and_read(&self) -> (u32, u32) {
        ((self.list.len() as u32).saturating_sub(self.absent), self.unread)
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
    pub(super) fn leave(
        &mut self,
        entries: &mut Entries,
        left: impl IntoIterator<Item = Returned>,
        commit: Option<(CommitId, &Ticket)>,
    ) {
        for (lane, entry) in self.list.iter().zip(entries.iter_mut()) {
            // Those of a command that could not even decide are as they were.
            if lane.alone && entry.loaded && entry.access.writes {
                self.put(lane, entry, entry.version);
            }
            entry.state = None;
        }
        for Returned { stream, state, version } in left {
            let (Some(lane), Some(entry)) = (self.list.get(stream), entries.get(stream)) else { continue };
            let unchanged = version == entry.version;
            if let (Some(ticket), false) = (commit.and_then(|(_, ticket)| ticket.watch()), unchanged) {
                lane.slot.written_by(ticket);
            }
            let (last, ticket) = match commit {
                _ if unchanged => (entry.last, lane.base.clone()),
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

    /// A stream without events is not worth a place to those who write it, and one that was taken to be new was never looked
    /// at. Those who only read one come again: of a policy that nobody has set yet, each would read it anew, alone.
    fn put(&self, lane: &Lane, entry: &Entry, version: u64) {
        if let Some(state) = entry.state.clone().filter(|_| version > 0 || !entry.access.writes) {
            let size = (entry.shape.size)(&state);
            let held = Held { state, version, last: entry.last, ticket: lane.base.clone() };
            self.slots.put(&lane.slot, held, size);
        }
    }

    /// Opens the lanes to those who wait.
    pub(super) fn release(&mut self) {
        self.list.iter_mut().for_each(Lane::release);
        self.count_out();
    }

    /// Counts them as in use, for they will be held while something is waited for: otherwise they are free again in a moment.
    pub(super) fn count_in(&mut self) {
        if SEEN && self.counted == 0 {
            self.counted = self.list.len();
            self.slots.in_use.fetch_add(self.counted, Relaxed);
        }
    }

    fn count_out(&mut self) {
        if self.counted > 0 {
            self.slots.in_use.fetch_sub(std::mem::take(&mut self.counted), Relaxed);
        }
    }

    /// After a refusal: drops what it has shown to be wrong.
    pub(super) fn drop_stale(&self, entries: &Entries, (stream, actual): (&str, Option<u64>)) {
        for (lane, entry) in self.list.iter().zip(entries.as_slice()) {
            let actual = actual.filter(|_| stream == entry.name.as_str());
            lane.slot.drop_stale((entry.version, entry.last), actual);
        }
    }
}

impl Drop for Lanes<'_> {
    fn drop(&mut self) {
        self.count_out();
    }
}

fn name(lane: &Lane) -> &str {
    lane.slot.name.as_str()
}
