//! How a store is doing: what this process knows, and what the store says when it is asked.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// What a process knows of its store without asking it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vitals {
    /// Commits under way: waiting, or sent and not answered.
    pub queue_commits: usize,
    /// How many there may be before callers have to wait, if that is limited.
    pub queue_limit: Option<usize>,
    /// How long the oldest of them has been under way.
    pub oldest_pending: Option<Duration>,
    /// How far the log reaches at the least, if that is known.
    pub head: Option<u64>,
    /// The connections that read, if there are any.
    pub pool: Option<PoolVitals>,
}

/// What a process knows of its connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PoolVitals {
    /// How many are open.
    pub open: usize,
    /// How many of them nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub limit: usize,
}

impl PoolVitals {
    /// So many, of which so many are idle, and there may be so many.
    #[must_use]
    pub fn new(open: usize, idle: usize, limit: usize) -> Self {
        Self { open, idle, limit }
    }
}

/// From when on something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HealthLimits {
    /// The store has to answer within this time, 2 s by default.
    pub answer: Duration,
    /// No commit may be under way for longer, 5 s by default.
    pub pending: Duration,
}

impl Default for HealthLimits {
    fn default() -> Self {
        Self { answer: Duration::from_secs(2), pending: Duration::from_secs(5) }
    }
}

impl HealthLimits {
    /// The store has to answer within this time.
    #[must_use]
    pub const fn answer(mut self, within: Duration) -> Self {
        self.answer = within;
        self
    }

    /// No commit may be under way for longer.
    #[must_use]
    pub const fn pending(mut self, within: Duration) -> Self {
        self.pending = within;
        self
    }
}

/// How a store is doing: [`Store::health`](super::Store::health).
///
/// It prints as a line for a log or a probe, and travels as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Health {
    /// What is wrong; nothing if all is well.
    pub ailments: Vec<Ailment>,
    /// How long it took to answer, if it did.
    pub answered: Option<Duration>,
    /// What this process knows without asking.
    pub vitals: Vitals,
}

/// What is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ailment {
    /// It did not answer in time.
    Silent {
        /// How long it was given.
        within: Duration,
    },
    /// It answered with an error.
    Failing {
        /// What it said.
        error: String,
    },
    /// A commit has been under way for too long.
    Stuck {
        /// For how long.
        pending: Duration,
    },
    /// Callers wait until there is room in the queue.
    Full {
        /// How many commits are under way.
        commits: usize,
    },
}

impl Health {
    pub(super) fn of(vitals: Vitals, answer: Result<Duration, Ailment>, limits: HealthLimits) -> Self {
        let mut ailments = vitals.ailments(limits);
        let answered = answer.map_err(|ailment| ailments.insert(0, ailment)).ok();
        Self { ailments, answered, vitals }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.ailments.is_empty()
    }
}

impl Vitals {
    /// What is wrong, as far as it can be told without asking the store.
    #[must_use]
    pub fn ailments(&self, limits: HealthLimits) -> Vec<Ailment> {
        let stuck = self.oldest_pending.filter(|pending| *pending > limits.pending);
        let full = self.queue_limit.is_some_and(|limit| self.queue_commits >= limit);
        let full = full.then_some(Ailment::Full { commits: self.queue_commits });
        stuck.map(|pending| Ailment::Stuck { pending }).into_iter().chain(full).collect()
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.ailments.split_first() else { return f.write_str("healthy") };
        write!(f, "unhealthy: {first}")?;
        others.iter().try_for_each(|ailment| write!(f, "; {ailment}"))
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent { within } => write!(f, "the store did not answer within {within:?}"),
            Self::Failing { error } => f.write_str(error),
            Self::Stuck { pending } => write!(f, "a commit has been under way for {pending:.1?}"),
            Self::Full { commits } => write!(f, "the queue is full ({commits} commits): callers wait"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_and_nothing_else() -> Result<(), serde_json::Error> {
        let limits = HealthLimits::default();
        let answered = Ok(Duration::from_millis(1));
        let fine = Vitals { queue_commits: 9, queue_limit: Some(10), ..Vitals::default() };
        let health = Health::of(fine.clone(), answered.clone(), limits);
        assert!(health.is_healthy() && health.to_string() == "healthy");

        let old = Vitals { queue_commits: 10, oldest_pending: Some(Duration::from_secs(6)), ..fine };
        let health = Health::of(old, Err(Ailment::Silent { within: limits.answer }), limits);
        let said = "unhealthy: the store did not answer within 2s; a commit has been under way for 6.0s; \
                    the queue is full (10 commits): callers wait";
        assert_eq!((health.is_healthy(), health.to_string().as_str()), (false, said));
        assert_eq!(serde_json::from_str::<Health>(&serde_json::to_string(&health)?)?, health);
        assert!(Health::of(health.vitals, answered, limits.pending(Duration::from_secs(7))).ailments.len() == 1);
        Ok(())
    }
}
