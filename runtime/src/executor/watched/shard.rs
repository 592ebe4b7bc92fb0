//! What a thread has counted of one kind of command.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use smallvec::SmallVec;

use super::tally::Tally;
use crate::{
    observe::{CommandOutcome, Histogram, SEEN},
    stats::CommandStats,
    store::Commit,
};

/// What a thread, or a few, have counted of one kind of command.
#[derive(Debug, Default)]
pub(in crate::executor) struct Shard {
    /// Executions that were over at once, behind the last that stood for others: how many, and above that their hits and their
    /// events. In one number, for an atomic addition is most of what counting costs.
    quick: AtomicU64,
    /// With so many of them, one is timed.
    due: AtomicU64,
    /// Other executions for which none has stood yet: exporters were told of them.
    told: AtomicU64,
    /// What its first commit recorded, by name, as most of its kind do. Only where somebody exports.
    usual: OnceLock<SmallVec<[&'static str; 2]>>,
    events: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    retries: AtomicU64,
    conflicts: AtomicU64,
    /// By outcome; what was committed is the rest.
    others: [AtomicU64; CommandOutcome::ALL.len()],
    latency: Histogram,
}

/// Executions that were over at once, taken together: how many, and their hits and events.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    pub(super) count: u64,
    pub(super) hits: u64,
    events: u64,
}

/// Of so many executions that wait for nothing one is timed, on average, once there are many.
const SPARSEST: u64 = 64;

const HITS: u32 = 16;
const EVENTS: u32 = 40;

/// More than this of an execution is counted by itself: the parts of the one number are wide enough for as many executions as
/// there are between two that stand for others.
const SMALL: u32 = 256;

/// How long an execution took, as far as it was looked at.
#[derive(Debug, Clone, Copy)]
pub(in crate::executor) struct Timing {
    /// When it began; if it was not to be timed, when it first waited.
    pub(in crate::executor) since: Option<Instant>,
    pub(in crate::executor) waited: bool,
    /// Whether it was timed from its beginning.
    pub(in crate::executor) whole: bool,
}

/// An execution that was timed.
#[derive(Debug)]
pub(super) struct Timed {
    pub(super) took: Duration,
    /// For how many it stands, itself included.
    pub(super) times: u64,
    /// What others of these came to.
    pub(super) bundle: Bundle,
}

impl Timing {
    /// Of an execution that begins now.
    #[inline]
    pub(in crate::executor) fn begin(whole: bool) -> Self {
        Self { since: whole.then(Instant::now), waited: false, whole }
    }

    pub(in crate::executor) fn waits(&mut self) {
        if SEEN {
            self.waited = true;
            self.since.get_or_insert_with(Instant::now);
        }
    }
}

impl Shard {
    /// Whether the next execution is to be timed.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        (self.quick.load(Relaxed) & ((1 << HITS) - 1)) + self.told.load(Relaxed) >= self.due.load(Relaxed)
    }

    /// Takes in an execution that has ended, if there is little to say of it.
    #[inline]
    pub(super) fn count_quickly(&self, outcome: CommandOutcome, timing: Timing, tally: &Tally) -> bool {
        let quick = timing.since.is_none()
            && outcome == CommandOutcome::Committed
            && tally.misses | tally.retries == 0
            && tally.hits | tally.events < SMALL
            && !tally.unusual;
        if quick {
            self.quick.fetch_add(1 + (u64::from(tally.hits) << HITS) + (u64::from(tally.events) << EVENTS), Relaxed);
        }
        quick
    }

    /// Takes in any other. If it was timed: how long it took, for how many it stands, and what they came to of which
    /// exporters were not told yet.
    pub(super) fn count(&self, outcome: CommandOutcome, timing: Timing, tally: &Tally) -> Option<Timed> {
        match outcome {
            CommandOutcome::Committed => drop(self.events.fetch_add(u64::from(tally.events), Relaxed)),
            other => drop(self.others[other as usize].fetch_add(1, Relaxed)),
        }
        self.hits.fetch_add(u64::from(tally.hits), Relaxed);
        self.misses.fetch_add(u64::from(tally.misses), Relaxed);
        self.retries.fetch_add(u64::from(tally.retries), Relaxed);
        self.conflicts.fetch_add(u64::from(tally.conflicts), Relaxed);
        let Some(since) = timing.since else {
            // Not among the quick ones: exporters take these for committed, and are told of this one by itself.
            self.told.fetch_add(1, Relaxed);
            return None;
        };
        let took = since.elapsed();
        let (times, bundle) = if timing.waited {
            self.due.store(0, Relaxed);
            (1, Bundle::default())
        } else {
            // The more there are, the fewer; and by chance, so that no rhythm in what is executed escapes it.
            let next = (2 * self.due.load(Relaxed) + 1).min(SPARSEST);
            self.due.store(fastrand::u64(next / 2..=next + next / 2), Relaxed);
            let bundle = self.settle();
            (1 + bundle.count + self.told.swap(0, Relaxed), bundle)
        };
        self.latency.record(took, times);
        Some(Timed { took, times, bundle })
    }

    /// Counts those that were over at once like all others.
    fn settle(&self) -> Bundle {
        let bundle = Bundle::of(self.quick.swap(0, Relaxed));
        self.hits.fetch_add(bundle.hits, Relaxed);
        self.events.fetch_add(bundle.events, Relaxed);
        bundle
    }

    /// What exporters are to be told of before the next is timed.
    pub(super) fn tell(&self) -> Bundle {
        let bundle = self.settle();
        self.told.fetch_add(bundle.count, Relaxed);
        bundle
    }

    /// Whether a commit records what its kind of command mostly does.
    pub(super) fn is_usual(&self, commit: &Commit) -> bool {
        let events = commit.events();
        let usual = || self.usual.get_or_init(|| events.iter().map(|event| event.name).collect());
        !events.is_empty()
            && usual().len() == events.len()
            && usual().iter().zip(events).all(|(name, event)| std::ptr::eq(*name, event.name))
    }

    /// What each of those that were over at once has recorded, by name.
    pub(super) fn usual(&self) -> &[&'static str] {
        self.usual.get().map_or(&[], |usual| usual)
    }

    pub(super) fn add_to(&self, stats: &mut CommandStats) {
        let Bundle { count, hits, events } = Bundle::of(self.quick.load(Relaxed));
        let untimed = count + self.told.load(Relaxed);
        let mut latency = crate::observe::Latency::default();
        self.latency.add_to(&mut latency);
        let mut others = 0;
        for (outcome, count) in CommandOutcome::ALL.into_iter().zip(&self.others) {
            let count = count.load(Relaxed);
            stats.add(outcome, count);
            others += count;
        }
        stats.add(CommandOutcome::Committed, (latency.count() + untimed).saturating_sub(others));
        stats.latency.merge(&latency);
        stats.events += events + self.events.load(Relaxed);
        stats.cache_hits += hits + self.hits.load(Relaxed);
        stats.cache_misses += self.misses.load(Relaxed);
        stats.retries += self.retries.load(Relaxed);
        stats.conflicts += self.conflicts.load(Relaxed);
    }
}

impl Bundle {
    /// What one number says.
    fn of(quick: u64) -> Self {
        let hits = (quick >> HITS) & ((1 << (EVENTS - HITS)) - 1);
        Self { count: quick & ((1 << HITS) - 1), hits, events: quick >> EVENTS }
    }
}
