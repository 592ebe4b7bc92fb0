//! One slot a stream: the lane in which commands wait for it, and the state that the last of them left.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter, sync::Cache};
use tokio::sync::Semaphore;

use crate::{
    command::{AnySlot, Shelf},
    handle::AnyState,
    id::CommitId,
    stats::CacheStats,
    store::{Status, Watch},
    stream::StreamName,
};

/// How many states an executor keeps, and how many bytes they may take together.
///
/// ```
/// use foldline_runtime::{CacheSize, Executor, MemoryStore};
///
/// let small = Executor::builder(MemoryStore::new()).cache(CacheSize::streams(1_000).bytes(16 << 20)).build();
/// let lanes_only = Executor::builder(MemoryStore::new()).cache(None).build();
/// # let _ = (small, lanes_only);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSize {
    streams: usize,
    bytes: usize,
}

impl CacheSize {
    /// So many streams at the most, and 256 MiB.
    #[must_use]
    pub const fn streams(streams: usize) -> Self {
        Self { streams, bytes: 256 * 1024 * 1024 }
    }

    /// So many bytes at the most, as far as they can be told ([`Stream::heap_size`](crate::Stream::heap_size)).
    #[must_use]
    pub const fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl Default for CacheSize {
    /// 100,000 streams, and 256 MiB.
    fn default() -> Self {
        Self::streams(100_000)
    }
}

/// All slots of an executor. A slot that somebody uses, or whose last commit is under way, stays; of the others the
/// least used go first.
#[derive(Debug)]
pub(super) struct Slots {
    cache: Cache<StreamName, Parked, Weigh, DefaultHashBuilder, Pinned>,
    /// Whether a durable state is kept. If not, slots are lanes, and hold what is on its way.
    keeps: bool,
    /// How many lanes are locked by commands that wait for something.
    pub(super) in_use: AtomicUsize,
    evictions: Arc<AtomicU64>,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) name: StreamName,
    /// First come, first served: who may change something takes it [whole](WHOLE), and who only reads a small share.
    pub(super) way: Semaphore,
    states: Mutex<States>,
    /// The last commit that wrote the stream, until it has ended: whatever became of the state that it left.
    under_way: Mutex<Option<Watch>>,
    size: AtomicUsize,
}

/// What a slot has of its stream.
#[derive(Debug, Default)]
struct States {
    held: Option<Held>,
    /// A durable state from which to read on, should the one that is held come to nothing.
    base: Option<Held>,
    /// How often a base is kept from now on. To keep one costs the next writer a copy of the state, so it is only done
    /// where others have lately been seen to write.
    contended: u8,
}

/// How many commands on a stream keep a base after another process was seen to write it.
const CONTENDED: u8 = 16;

/// A state, and what it stands on.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) state: AnyState,
    pub(super) version: u64,
    /// The commit of its last event.
    pub(super) last: Option<CommitId>,
    /// That commit's ticket, while it may be under way. Whether the state is good is read from it, and never told to the
    /// slot: so nothing depends on who hears of a failure first.
    pub(super) ticket: Option<Watch>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("version", &self.version).field("last", &self.last).finish_non_exhaustive()
    }
}

/// All of a slot's way: more shares than there could be readers at once.
pub(super) const WHOLE: u32 = u32::MAX >> 3;

/// How many idle lanes are kept where no states are.
const LANES: usize = 4096;

impl Slots {
    pub(super) fn new(size: Option<CacheSize>) -> Self {
        let keeps = size.is_some();
        let CacheSize { streams, bytes } = size.unwrap_or(CacheSize::streams(LANES));
        let (streams, bytes) = (streams.max(1), bytes.max(1));
        // A slot counts for at least its share of the bytes, so that one number bounds both.
        let least = (bytes / streams).max(1) as u64;
        let weigh = Weigh { least };
        let evictions = Arc::<AtomicU64>::default();
        let pinned = Pinned(Arc::clone(&evictions));
        let options = OptionsBuilder::new()
            .estimated_items_capacity(streams.min(65_536))
            .weight_capacity((bytes as u64).max(least.saturating_mul(64)))
            .build();
        let cache = match options {
            Ok(options) => Cache::with_options(options, weigh, DefaultHashBuilder::default(), pinned),
            // Both options are given; this answers should the crate ever want a third.
            Err(_) => Cache::with(streams, bytes as u64, weigh, DefaultHashBuilder::default(), pinned),
        };
        Self { cache, keeps, in_use: AtomicUsize::new(0), evictions }
    }

    /// What they hold.
    pub(super) fn stats(&self) -> CacheStats {
        let evictions = self.evictions.load(Ordering::Relaxed);
        CacheStats { streams: self.cache.len() as u64, bytes: self.cache.weight(), evictions }
    }

    /// The slot of a stream, made if it is not there.
    pub(super) fn of(&self, name: &StreamName) -> Arc<Slot> {
        let new = || Parked { slot: Arc::new(Slot::new(name.clone())), size: 0 };
        self.cache.get_or_insert_with(name, || Ok::<_, ()>(new())).unwrap_or_else(|()| new()).slot
    }

    /// Leaves a state in its slot.
    pub(super) fn put(&self, slot: &Arc<Slot>, held: Held, size: usize) {
        if !self.keeps && held.ticket.as_ref().is_none_or(|ticket| ticket.status() == Status::Committed) {
            return;
        }
        let mut states = slot.lock();
        if held.ticket.is_none() {
            states.base = None;
        }
        states.held = Some(held);
        drop(states);
        let known = slot.size.load(Ordering::Relaxed);
        if size > known.saturating_mul(2) {
            // The cache weighs what it is given when it is given it: a state that has grown is given again.
            slot.size.store(size, Ordering::Relaxed);
            self.cache.insert(slot.name.clone(), Parked { slot: Arc::clone(slot), size });
        }
    }

    /// The state in a slot, for one who may change it: nobody else has it then.
    pub(super) fn take(&self, slot: &Slot) -> Option<Held> {
        let mut states = slot.lock();
        self.refresh(&mut states);
        let held = states.held.take();
        if self.keeps
            && states.contended > 0
            && let Some(durable) = held.as_ref().filter(|held| held.ticket.is_none())
        {
            states.contended -= 1;
            states.base = Some(durable.clone());
        }
        held
    }

    /// The state in a slot, to look at.
    pub(super) fn look(&self, slot: &Slot) -> Option<Held> {
        let mut states = slot.lock();
        self.refresh(&mut states);
        states.held.clone()
    }

    /// Drops what came to nothing, and forgets the ticket of what became durable.
    fn refresh(&self, states: &mut States) {
        let status = states.held.as_ref().and_then(|held| held.ticket.as_ref()).map(Watch::status);
        match (status, states.held.as_mut()) {
            (Some(Status::Refused | Status::Unknown), _) => states.held = None,
            (Some(Status::Committed), Some(_)) if !self.keeps => states.held = None,
            (Some(Status::Committed), Some(held)) => (held.ticket, states.base) = (None, None),
            _ => {}
        }
    }
}

impl Shelf for Slots {
    fn find(&self, name: &str) -> Option<(StreamName, AnySlot)> {
        let slot = self.cache.get(name)?.slot;
        Some((slot.name.clone(), slot as AnySlot))
    }
}

impl Slot {
    fn new(name: StreamName) -> Self {
        let (way, states, under_way) = (Semaphore::new(WHOLE as usize), Mutex::default(), Mutex::new(None));
        Self { name, way, states, under_way, size: AtomicUsize::new(0) }
    }

    /// Drops a state that a refusal has shown to be wrong: the one that was seen, or any that is older than the store's.
    ///
    /// `actual` is how far the stream was seen to reach. What is durable and falls short of it is still how the stream
    /// began.
    pub(super) fn drop_stale(&self, seen: (u64, Option<CommitId>), actual: Option<u64>) {
        let mut states = self.lock();
        let short = |held: &Held| actual.is_some_and(|actual| held.version < actual);
        let wrong = |held: &Held| (held.version, held.last) == seen || short(held);
        if states.held.as_ref().is_some_and(wrong) {
            let held = states.held.take();
            states.base = held.filter(|held| held.ticket.is_none() && short(held)).or(states.base.take());
        }
        if actual.is_some() {
            states.contended = CONTENDED;
            states.base = states.base.take().filter(short);
        }
    }

    /// A durable state to read on from, where none is held.
    pub(super) fn base(&self) -> Option<Held> {
        self.lock().base.clone()
    }

    /// Says which commit wrote the stream last.
    pub(super) fn written_by(&self, ticket: &Watch) {
        if ticket.status() == Status::Pending {
            *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some(ticket.clone());
        }
    }

    /// The commit that the store does not hold yet, if there is one. A state that is read before it has ended is one that
    /// this process itself is about to overtake.
    pub(super) fn under_way(&self) -> Option<Watch> {
        let mut last = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        last.take_if(|ticket| ticket.status() != Status::Pending);
        last.clone()
    }

    fn is_pending(&self) -> bool {
        self.under_way().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, States> {
        // A state is put and taken whole: there is nothing half done behind a poisoned lock.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot as the cache holds it, with the size that it was weighed at: the cache reckons with that until it is given another.
#[derive(Debug, Clone)]
struct Parked {
    slot: Arc<Slot>,
    size: usize,
}

#[derive(Debug, Clone)]
struct Weigh {
    least: u64,
}

impl Weighter<StreamName, Parked> for Weigh {
    fn weight(&self, name: &StreamName, parked: &Parked) -> u64 {
        (parked.size as u64).saturating_add(name.as_str().len() as u64 + 256).max(self.least)
    }
}

/// What may not be evicted: a slot that a command uses, or whose last commit is under way. Counts what is.
#[derive(Debug, Clone)]
struct Pinned(Arc<AtomicU64>);

impl Lifecycle<StreamName, Parked> for Pinned {
    type RequestState = ();

    fn is_pinned(&self, _: &StreamName, parked: &Parked) -> bool {
        Arc::strong_count(&parked.slot) > 1 || parked.slot.is_pending()
    }

    fn on_evict(&self, _: &mut (), _: StreamName, parked: Parked) {
        // The cache also hands over what a state that has grown is put in the place of: somebody has the slot then.
        if Arc::strong_count(&parked.slot) == 1 {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durable(slots: &Slots, version: u64) -> (Arc<Slot>, (u64, Option<CommitId>)) {
        let (slot, last) = (slots.of(&"s-1".into()), Some(CommitId::fresh()));
        slots.put(&slot, Held { state: Arc::new(()), version, last, ticket: None }, 1);
        (slot, (version, last))
    }

    #[test]
    fn how_a_stream_began_is_kept_when_it_has_gone_on() {
        let slots = Slots::new(Some(CacheSize::default()));
        let (slot, seen) = durable(&slots, 5);
        slot.drop_stale(seen, Some(7));
        assert!(slots.look(&slot).is_none());
        assert_eq!(slot.base().map(|base| base.version), Some(5));
    }

    #[test]
    fn a_log_that_lost_its_end_leaves_no_base() {
        let slots = Slots::new(Some(CacheSize::default()));
        for actual in [3, 5] {
            let (slot, seen) = durable(&slots, 5);
            slot.drop_stale(seen, Some(actual));
            assert!(slots.look(&slot).is_none() && slot.base().is_none(), "as long as {actual}, it is another stream");
        }
    }
}
