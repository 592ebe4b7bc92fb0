//! What is counted of all commands of an executor.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use ::metrics::{Counter, SharedString};

use super::{
    gauges::Gauges,
    meter::Meter,
    shard::{Bundle, Shard, Timing},
    tally::Tally,
};
use crate::{
    executor::{doors::Doors, slots::Slots},
    metrics,
    observe::{CommandOutcome, Names, process, pulse},
    stats::{CommandStats, Stats},
    store::{AnyStore, Store},
};

/// What is counted of all commands of an executor.
pub(in crate::executor) struct Meters {
    log: SharedString,
    commands: Names<Meter>,
    series: Option<Series>,
    born: Instant,
    /// The processor time that the process had used by then.
    cpu_then: Option<Duration>,
}

/// The series that commands share, if somebody exports them.
struct Series {
    events: Names<Counter>,
    hits: Counter,
    misses: Counter,
    gauges: Gauges,
}

impl Meters {
    pub(in crate::executor) fn new(store: &AnyStore, slots: &Arc<Slots>, doors: &Arc<Doors>) -> Arc<Self> {
        let log = SharedString::from(store.name().to_owned());
        let exported = metrics::is_recorded();
        if exported {
            metrics::describe();
        }
        let series = exported.then(|| Series {
            events: Names::default(),
            hits: metrics::CACHE_HITS.counter(std::slice::from_ref(&log)),
            misses: metrics::CACHE_MISSES.counter(std::slice::from_ref(&log)),
            gauges: Gauges::of(store, slots, doors),
        });
        let (born, cpu_then) = (Instant::now(), process::cpu());
        let meters = Arc::new(Self { log, commands: Names::default(), series, born, cpu_then });
        if exported {
            let looked_up: Arc<dyn pulse::Beat> = Arc::clone(&meters) as _;
            pulse::join(Arc::downgrade(&looked_up));
        }
        meters
    }

    /// Says that an execution begins, to those who export what is counted; whether there are any.
    #[inline]
    pub(super) fn begin(&self) -> bool {
        self.series.as_ref().is_some_and(|series| {
            series.gauges.stir();
            true
        })
    }

    #[inline]
    pub(super) fn of(&self, command: &'static str) -> &Meter {
        self.commands.of(command, || Meter::new(self.log.clone(), command, self.series.is_some()))
    }

    /// Takes in an execution that has ended, and of which there is more to say than [`Shard::count_quickly`] can.
    #[inline(never)]
    pub(super) fn count(
        &self,
        (meter, shard): (&Meter, &Shard),
        outcome: CommandOutcome,
        timing: Timing,
        tally: &Tally,
    ) {
        let timed = shard.count(outcome, timing, tally);
        let Some(series) = &self.series else { return };
        meter.tell(outcome, tally);
        if tally.hits > 0 {
            series.hits.increment(u64::from(tally.hits));
        }
        if tally.misses > 0 {
            series.misses.increment(u64::from(tally.misses));
        }
        if outcome == CommandOutcome::Committed {
            if tally.unusual {
                let kinds = tally.detail.iter().flat_map(|detail| &detail.kinds);
                kinds.for_each(|(event, count)| self.tell_events(series, event, *count));
            } else {
                shard.usual().iter().for_each(|event| self.tell_events(series, event, 1));
            }
        }
        if let Some(timed) = timed {
            meter.tell_time(&timed, timing.whole, tally);
            self.tell_bundle(series, meter, shard, &timed.bundle);
        }
    }

    fn tell_bundle(&self, series: &Series, meter: &Meter, shard: &Shard, bundle: &Bundle) {
        if bundle.count > 0 {
            meter.tell_bundle(bundle);
            series.hits.increment(bundle.hits);
            shard.usual().iter().for_each(|event| self.tell_events(series, event, bundle.count));
        }
    }

    fn tell_events(&self, series: &Series, event: &'static str, count: u64) {
        let counter = || metrics::EVENTS.counter(&[self.log.clone(), SharedString::from(event)]);
        series.events.of(event, counter).increment(count);
    }

    /// Tells exporters of all that they were not told of.
    fn tell(&self) {
        let Some(series) = &self.series else { return };
        for (_, meter) in self.commands.all() {
            meter.shards().for_each(|shard| self.tell_bundle(series, meter, shard, &shard.tell()));
        }
    }

    pub(in crate::executor) fn stats(&self, slots: &Slots, doors: &Doors) -> Stats {
        let mut commands = BTreeMap::<String, CommandStats>::new();
        for (name, meter) in self.commands.all() {
            meter.add_to(commands.entry(name.to_owned()).or_default());
        }
        Stats {
            elapsed: self.born.elapsed(),
            commands,
            cache: slots.stats(),
            active_streams: slots.in_use.load(Relaxed) as u64,
            active_commands: doors.inside() as u64,
            memory: process::memory(),
            cpu: process::cpu().map(|now| now.saturating_sub(self.cpu_then.unwrap_or_default())),
            processors: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl pulse::Beat for Meters {
    fn beat(&self) -> bool {
        self.tell();
        self.series.as_ref().is_some_and(|series| series.gauges.look())
    }
}

/// A program that ends before the next look has been seen whole.
impl Drop for Meters {
    fn drop(&mut self) {
        self.tell();
    }
}

impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").field("log", &self.log).field("commands", &self.commands).finish_non_exhaustive()
    }
}
