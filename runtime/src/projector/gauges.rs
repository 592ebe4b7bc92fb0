//! How far projections are behind, and what they left aside: looked up now and then for those who export it.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use ::metrics::{Counter, Gauge, SharedString};
use tokio::time::{sleep, timeout};

use super::{
    Shared,
    behind::Behind,
    status::{ProjectionStatus, RunState},
};
use crate::{
    metrics,
    observe::pulse,
    store::{AnyStore, Store},
};

/// How long a store is given to answer. One that does not is seen by its own metrics; what was known is told again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has it looked up once a second as long as they are run, if somebody exports it.
pub(super) fn start(projections: &Arc<Shared>) {
    if metrics::is_recorded() {
        metrics::describe();
        tokio::spawn(look(Arc::downgrade(projections)));
    }
}

/// Not on the thread that looks at what is in memory: what these are behind of is in the store.
async fn look(projections: Weak<Shared>) {
    let (mut all, mut head) = (HashMap::<Arc<str>, Shown>::new(), 0);
    while let Some(store) = projections.upgrade().map(|projections| projections.store.clone()) {
        if let Ok(Ok(end)) = timeout(PATIENCE, store.head()).await {
            head = end;
        }
        for (name, status) in projections.upgrade().iter().flat_map(|projections| statuses(projections, head)) {
            let shown = all.entry(name).or_insert_with_key(|name| Shown::of(store.name(), name));
            shown.show(&store, &status).await;
        }
        drop(store);
        sleep(pulse::INTERVAL).await;
    }
}

fn statuses(projections: &Shared, head: u64) -> Vec<(Arc<str>, ProjectionStatus)> {
    let runs = projections.shares.iter().flat_map(|shares| shares.runs());
    runs.map(|run| (Arc::clone(&run.name), run.report.borrow().status(&run.name, head, None))).collect()
}

/// What is told of one.
struct Shown {
    lag: Gauge,
    lag_seconds: Gauge,
    parked: Gauge,
    stopped: Gauge,
    events: Counter,
    /// How many of its events were told.
    told: u64,
    behind: Behind,
    /// Whether it was ours to run. Who does not know yet, or stands by, says nothing: of the same name whoever runs it tells.
    ours: bool,
}

impl Shown {
    fn of(log: &str, projection: &Arc<str>) -> Self {
        let labels = &[SharedString::from(log.to_owned()), SharedString::from(Arc::clone(projection))];
        Self {
            lag: metrics::PROJECTION_LAG.gauge(labels),
            lag_seconds: metrics::PROJECTION_SECONDS.gauge(labels),
            parked: metrics::PROJECTION_PARKED.gauge(labels),
            stopped: metrics::PROJECTION_STOPPED.gauge(labels),
            events: metrics::PROJECTION_EVENTS.counter(labels),
            told: 0,
            behind: Behind::default(),
            ours: false,
        }
    }

    async fn show(&mut self, store: &AnyStore, status: &ProjectionStatus) {
        self.events.increment(status.events.saturating_sub(self.told));
        self.told = status.events;
        if matches!(status.state, RunState::Starting | RunState::Standby) {
            if std::mem::take(&mut self.ours) {
                self.set(0, Duration::ZERO, 0, false);
            }
            return;
        }
        self.ours = true;
        let asked = timeout(PATIENCE, self.behind.age(store, status.position, status.lag)).await;
        let age = asked.ok().and_then(Result::ok).unwrap_or_else(|| self.behind.known());
        self.set(status.lag, age, status.parked.len(), status.state == RunState::Stopped);
    }

    fn set(&self, lag: u64, age: Duration, parked: usize, stopped: bool) {
        self.lag.set(lag as f64);
        self.lag_seconds.set(age);
        self.parked.set(parked as f64);
        self.stopped.set(f64::from(u8::from(stopped)));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if self.ours {
            self.set(0, Duration::ZERO, 0, false);
        }
    }
}
