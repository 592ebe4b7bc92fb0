//! What is as it is, and is looked up now and then for those who export it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst},
};

use ::metrics::{Counter, Gauge, SharedString};

use crate::{
    executor::{doors::Doors, slots::Slots},
    metrics,
    observe::{Share, process, pulse},
    store::{AnyStore, Store},
};

/// What is as it is: looked up once a second while something happens.
pub(in crate::executor) struct Gauges {
    store: AnyStore,
    slots: Arc<Slots>,
    doors: Arc<Doors>,
    /// Whether an execution has begun since the last look.
    stirred: AtomicBool,
    cache_streams: Share,
    cache_bytes: Share,
    active_streams: Share,
    active_commands: Share,
    evictions: (Counter, AtomicU64),
    head: Gauge,
    memory: Gauge,
    cpu: Gauge,
}

impl Gauges {
    pub(super) fn of(store: &AnyStore, slots: &Arc<Slots>, doors: &Arc<Doors>) -> Self {
        let log = &[SharedString::from(store.name().to_owned())];
        Self {
            store: store.clone(),
            slots: Arc::clone(slots),
            doors: Arc::clone(doors),
            stirred: AtomicBool::new(false),
            cache_streams: Share::of(metrics::CACHE_ENTRIES, log),
            cache_bytes: Share::of(metrics::CACHE_BYTES, log),
            active_streams: Share::of(metrics::ACTIVE_STREAMS, log),
            active_commands: Share::of(metrics::ACTIVE_COMMANDS, log),
            evictions: (metrics::CACHE_EVICTIONS.counter(log), AtomicU64::new(0)),
            head: metrics::LOG_HEAD.gauge(log),
            memory: metrics::PROCESS_MEMORY.gauge(&[]),
            cpu: metrics::PROCESS_CPU.gauge(&[]),
        }
    }

    /// Says that an execution begins.
    pub(super) fn stir(&self) {
        if !self.stirred.load(Relaxed) && !self.stirred.swap(true, SeqCst) {
            pulse::wake();
        }
    }

    /// Looks, and says whether there may soon be something else to see.
    pub(super) fn look(&self) -> bool {
        let stirred = self.stirred.swap(false, SeqCst);
        self.show();
        // What has ended since is to be seen as well.
        stirred || self.doors.inside() > 0
    }

    fn show(&self) {
        let cache = self.slots.stats();
        self.cache_streams.set(cache.streams);
        self.cache_bytes.set(cache.bytes);
        self.active_streams.set(self.slots.in_use.load(Relaxed) as u64);
        self.active_commands.set(self.doors.inside() as u64);
        let (evictions, told) = &self.evictions;
        evictions.increment(cache.evictions.saturating_sub(told.swap(cache.evictions, Relaxed)));
        if let Some(head) = self.store.vitals().head {
            self.head.set(head as f64);
        }
        if let Some(memory) = process::memory() {
            self.memory.set(memory as f64);
        }
        if let Some(cpu) = process::cpu() {
            self.cpu.set(cpu);
        }
    }
}
