//! Looking, again and again, and telling nobody the same too often.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use super::{Alert, Alerts, Subject};
use crate::{
    executor::Executor,
    observe::pulse,
    stats::{Breach, Stats},
    store::{Ailment, Store},
    time::Timestamp,
};

pub(super) struct Rounds {
    alerts: Alerts,
    executor: Executor,
    on: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// The last look, and when it was.
    last: (Instant, Stats),
    told: Told,
}

/// When somebody was told of what.
#[derive(Debug, Default)]
struct Told(HashMap<Subject, Instant>);

impl Told {
    /// Whether somebody is to be told of this, if it is seen now.
    fn is_news(&mut self, subject: Subject, now: Instant, cool_down: Duration) -> bool {
        let before = self.0.get(&subject);
        let news = before.is_none_or(|before| now.saturating_duration_since(*before) >= cool_down);
        if news {
            self.0.insert(subject, now);
        }
        news
    }
}

impl Rounds {
    pub(super) fn new(alerts: Alerts, executor: Executor) -> Self {
        let state = State { last: (Instant::now(), executor.stats()), told: Told::default() };
        Self { alerts, executor, on: AtomicBool::new(true), state: Mutex::new(state) }
    }

    pub(super) fn switch(&self, on: bool) {
        if on && !self.on.swap(true, SeqCst) {
            // What happened meanwhile is nobody's concern.
            self.state.lock().unwrap_or_else(PoisonError::into_inner).last = (Instant::now(), self.executor.stats());
        }
        self.on.store(on, SeqCst);
    }

    /// What is wrong, of what happened since the last look.
    fn look(&self, since: &Stats, now: &Stats) -> Vec<(Subject, String)> {
        let between = now.since(since);
        let breaches = self.alerts.targets.check(&between).into_iter();
        let missed = breaches.map(|breach: Breach| (Subject::Target(breach.target), breach.to_string()));
        let ailments = self.alerts.health.map(|limits| self.executor.store().vitals().ailments(limits));
        let ill = ailments.into_iter().flatten().filter_map(|ailment| {
            let subject = match ailment {
                Ailment::Stuck { .. } => Subject::Stuck,
                Ailment::Full { .. } => Subject::Full,
                // Nobody was asked.
                Ailment::Silent { .. } | Ailment::Failing { .. } => return None,
            };
            Some((subject, ailment.to_string()))
        });
        missed.chain(ill).collect()
    }
}

impl pulse::Beat for Rounds {
    fn beat(&self) -> bool {
        if !self.on.load(SeqCst) {
            return false;
        }
        let now = Instant::now();
        let news = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            // A beat that comes a little early is not to cost a whole one.
            if now - state.last.0 + pulse::INTERVAL / 2 < self.alerts.every {
                return true;
            }
            let stats = self.executor.stats();
            let mut seen = self.look(&state.last.1, &stats);
            seen.retain(|(subject, _)| state.told.is_news(*subject, now, self.alerts.cool_down));
            state.last = (now, stats);
            seen
        };
        let (log, at) = (self.executor.store().name(), Timestamp::now());
        for (subject, text) in news {
            let alert = Alert { log: log.to_owned(), subject, text, at };
            for sink in &self.alerts.sinks {
                // Whoever panics keeps nobody else from being told.
                if catch_unwind(AssertUnwindSafe(|| sink.send(&alert))).is_err() {
                    tracing::error!(target: "foldline", log, "whom an alert was told of panicked");
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Target;

    #[test]
    fn nobody_is_told_the_same_too_often() {
        let (mut told, cool_down, begin) = (Told::default(), Duration::from_secs(300), Instant::now());
        let mut news = |subject, after| told.is_news(subject, begin + Duration::from_secs(after), cool_down);
        let p99 = Subject::Target(Target::P99);
        assert_eq!([news(p99, 0), news(Subject::Stuck, 10), news(p99, 10), news(p99, 299)], [true, true, false, false]);
        // From when it was told, not from when it was seen.
        assert_eq!(
            [news(p99, 300), news(Subject::Stuck, 300), news(p99, 599), news(p99, 600)],
            [true, false, false, true]
        );
    }
}
