//! What is counted of all commands of an executor.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use ::metrics::{Counter, SharedString};

use super::{gauges::Gauges, meter::Meter, tally::Tally};
use crate::{
    executor::{doors::Doors, slots::Slots},
    metrics,
    observe::{CommandOutcome, Names, process},
    stats::Stats,
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
    gauges: Arc<Gauges>,
}

impl Meters {
    pub(in crate::executor) fn new(store: &AnyStore, slots: &Arc<Slots>, doors: &Arc<Doors>) -> Self {
        let log = SharedString::from(store.name().to_owned());
        let exported = metrics::is_recorded();
        if exported {
            metrics::describe();
        }
        let series = exported.then(|| Series {
            events: Names::default(),
            hits: metrics::CACHE_HITS.counter(std::slice::from_ref(&log)),
            misses: metrics::CACHE_MISSES.counter(std::slice::from_ref(&log)),
            gauges: Gauges::start(store, slots, doors),
        });
        Self { log, commands: Names::default(), series, born: Instant::now(), cpu_then: process::cpu() }
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

    /// Takes in an execution that has ended.
    #[inline]
    pub(super) fn ended(&self, outcome: CommandOutcome, tally: &Tally) {
        if let Some(series) = &self.series {
            self.ended_in_detail(series, outcome, tally);
        }
    }

    #[inline(never)]
    fn ended_in_detail(&self, series: &Series, outcome: CommandOutcome, tally: &Tally) {
        if tally.hits > 0 {
            series.hits.increment(u64::from(tally.hits));
        }
        if tally.misses > 0 {
            series.misses.increment(u64::from(tally.misses));
        }
        if outcome == CommandOutcome::Committed {
            for (event, count) in tally.detail.iter().flat_map(|detail| &detail.kinds) {
                let counter = || metrics::EVENTS.counter(&[self.log.clone(), SharedString::from(*event)]);
                series.events.of(event, counter).increment(*count);
            }
        }
    }

    pub(in crate::executor) fn stats(&self, slots: &Slots, doors: &Doors) -> Stats {
        let commands = self.commands.all().into_iter();
        Stats {
            elapsed: self.born.elapsed(),
            commands: commands.map(|(name, meter)| (name.to_owned(), meter.stats())).collect(),
            cache: slots.stats(),
            active_streams: slots.in_use.load(Relaxed) as u64,
            active_commands: doors.inside() as u64,
            memory: process::memory(),
            cpu: process::cpu().map(|now| now.saturating_sub(self.cpu_then.unwrap_or_default())),
            processors: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl fmt::Debug for Meters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meters").field("log", &self.log).field("commands", &self.commands).finish_non_exhaustive()
    }
}
