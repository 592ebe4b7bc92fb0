//! Telling somebody when an application is slow, or its store is not well.
//!
//! ```
//! use std::time::Duration;
//!
//! use foldline_runtime::{Executor, MemoryStore, alerts::{Alerts, ToTracing}};
//!
//! let bank = Executor::new(MemoryStore::new());
//! let (sender, mut alerts) = tokio::sync::mpsc::channel(100);
//! let watching = Alerts::new()
//!     .cool_down(Duration::from_secs(600))
//!     .to(ToTracing)
//!     .to(sender)
//!     .watch(&bank);
//! // … as long as `watching` is there.
//! # drop((watching, alerts));
//! ```

mod rounds;
mod sink;
#[cfg(feature = "alerts-webhook")]
mod webhook;

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use self::rounds::Rounds;
pub use self::sink::{Sink, ToTracing};
#[cfg(feature = "alerts-webhook")]
pub use self::webhook::{Webhook, WebhookError};
use crate::{
    executor::Executor,
    observe::pulse,
    stats::{PerformanceTargets, Target},
    store::HealthLimits,
    time::Timestamp,
};

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// The log that it is about.
    pub log: String,
    /// What it is about. Of one subject nobody is told twice within the cool-down.
    pub subject: Subject,
    /// What is wrong, in words.
    pub text: String,
    /// When it was seen.
    pub at: Timestamp,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subject {
    /// A performance target was missed.
    Target(Target),
    /// A commit has been under way for too long: the database hangs, or cannot be reached.
    Stuck,
    /// The queue is full: callers wait.
    Full,
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "foldline, log `{}`: {}", self.log, self.text)
    }
}

/// Whom to tell of what, and how often.
#[must_use = "call `.watch(&executor)`"]
pub struct Alerts {
    targets: PerformanceTargets,
    health: Option<HealthLimits>,
    every: Duration,
    cool_down: Duration,
    sinks: Vec<Arc<dyn Sink>>,
}

impl Alerts {
    /// Of [`PerformanceTargets::production`] at any load, and of a store that is not well; at most every five minutes of each.
    pub fn new() -> Self {
        Self {
            targets: PerformanceTargets::production().at_any_load(),
            health: Some(HealthLimits::default()),
            every: Duration::from_secs(10),
            cool_down: Duration::from_secs(300),
            sinks: Vec::new(),
        }
    }

    /// What is to be kept: each time of what happened since the last look.
    pub fn targets(mut self, targets: PerformanceTargets) -> Self {
        self.targets = targets;
        self
    }

    /// From when on the store is not well; `None` is never. The store is not asked for a sign of life.
    pub fn health(mut self, limits: impl Into<Option<HealthLimits>>) -> Self {
        self.health = limits.into();
        self
    }

    /// How often to look, 10 s by default; not more than once a second.
    pub fn every(mut self, interval: Duration) -> Self {
        self.every = interval;
        self
    }

    /// For how long nobody is told of the same again, 5 minutes by default.
    pub fn cool_down(mut self, cool_down: Duration) -> Self {
        self.cool_down = cool_down;
        self
    }

    /// Somebody to tell: a closure, a channel's sender, [`ToTracing`], a webhook.
    pub fn to(mut self, sink: impl Sink) -> Self {
        self.sinks.push(Arc::new(sink));
        self
    }

    /// Watches an executor and its store, as long as what this returns is there.
    #[must_use = "nobody is told any more once this is dropped"]
    pub fn watch(self, executor: &Executor) -> Watching {
        let rounds = Arc::new(Rounds::new(self, executor.clone()));
        let looks: Arc<dyn pulse::Beat> = Arc::clone(&rounds) as _;
        pulse::join(Arc::downgrade(&looks));
        Watching(rounds)
    }
}

impl Default for Alerts {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts")
            .field("targets", &self.targets)
            .field("health", &self.health)
            .field("every", &self.every)
            .field("cool_down", &self.cool_down)
            .finish_non_exhaustive()
    }
}

/// An executor is watched as long as this is there.
pub struct Watching(Arc<Rounds>);

impl Watching {
    /// Tells nobody any more, or does again.
    pub fn switch(&self, on: bool) {
        self.0.switch(on);
        pulse::wake();
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watching").finish_non_exhaustive()
    }
}
