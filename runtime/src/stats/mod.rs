//! What has happened, as figures: kept in this process, without an exporter.

mod seconds;
mod show;
mod targets;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

pub use self::targets::{Breach, PerformanceTargets, Target};
use crate::observe::{CommandOutcome, Latency};

/// What went through an executor: [`Executor::stats`](crate::Executor::stats).
///
/// It prints as a table, and travels as JSON. Two of them that cover the same time, of several processes, are
/// [merged](Self::merge) into one; two of the same executor show what came [between](Self::since).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// The time that is covered.
    #[serde(rename = "elapsed_seconds", with = "seconds")]
    pub elapsed: Duration,
    /// By the commands' names.
    pub commands: BTreeMap<String, CommandStats>,
    /// What is kept in memory.
    pub cache: CacheStats,
    /// Streams whose lane some command held at the end.
    pub active_streams: u64,
    /// Executions that had begun at the end, and not ended.
    pub active_commands: u64,
    /// Memory of the process at the end, in bytes, if the system tells.
    pub memory: Option<u64>,
    /// Processor time that the process used meanwhile, if the system tells.
    #[serde(rename = "cpu_seconds", with = "seconds::optional")]
    pub cpu: Option<Duration>,
    /// How many processors it may use.
    pub processors: usize,
}

/// What came of one kind of command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CommandStats {
    /// How many executions ended how. What never came is not there.
    pub outcomes: BTreeMap<CommandOutcome, u64>,
    /// Events that were stored.
    pub events: u64,
    /// How often an execution began again.
    pub retries: u64,
    /// How often because somebody else had changed a stream.
    pub conflicts: u64,
    /// Streams that were found in memory.
    pub cache_hits: u64,
    /// Streams that were read from the store.
    pub cache_misses: u64,
    /// How long executions took. Of those that wait for nothing some stand for all, so that this may count a few fewer.
    pub latency: Latency,
}

/// What an executor keeps in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// Streams whose lane or state is kept.
    pub streams: u64,
    /// What they weigh, as far as it can be told.
    pub bytes: u64,
    /// Streams that were dropped to make room.
    pub evictions: u64,
}

impl Stats {
    /// How many executions ended.
    #[must_use]
    pub fn executions(&self) -> u64 {
        self.commands.values().map(CommandStats::executions).sum()
    }

    /// How many executions ended, a second.
    #[must_use]
    pub fn commands_per_second(&self) -> f64 {
        self.per_second(self.executions())
    }

    /// How many events were stored, a second.
    #[must_use]
    pub fn events_per_second(&self) -> f64 {
        self.per_second(self.commands.values().map(|command| command.events).sum())
    }

    /// How long executions took, of all commands together.
    #[must_use]
    pub fn latency(&self) -> Latency {
        let mut all = Latency::default();
        self.commands.values().for_each(|command| all.merge(&command.latency));
        all
    }

    /// How many of the streams that commands opened were in memory, between 0 and 1; nothing if none was opened.
    #[must_use]
    pub fn cache_ratio(&self) -> Option<f64> {
        let hits: u64 = self.commands.values().map(|command| command.cache_hits).sum();
        let misses: u64 = self.commands.values().map(|command| command.cache_misses).sum();
        (hits + misses > 0).then(|| hits as f64 / (hits + misses) as f64)
    }

    /// The part of its processors that the process used, between 0 and 1, if the system tells.
    #[must_use]
    pub fn cpu_ratio(&self) -> Option<f64> {
        let could = self.elapsed.as_secs_f64() * self.processors as f64;
        self.cpu.filter(|_| could > 0.0).map(|cpu| cpu.as_secs_f64() / could)
    }

    /// Adds what another process did in the same time.
    pub fn merge(&mut self, other: &Self) {
        self.elapsed = self.elapsed.max(other.elapsed);
        for (name, command) in &other.commands {
            self.commands.entry(name.clone()).or_default().merge(command);
        }
        self.cache.streams += other.cache.streams;
        self.cache.bytes += other.cache.bytes;
        self.cache.evictions += other.cache.evictions;
        self.active_streams += other.active_streams;
        self.active_commands += other.active_commands;
        self.memory = sum(self.memory, other.memory);
        self.cpu = sum(self.cpu, other.cpu);
        self.processors += other.processors;
    }

    /// What came since an earlier look at the same executor.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut between = self.clone();
        between.elapsed = self.elapsed.saturating_sub(earlier.elapsed);
        between.cpu = self.cpu.zip(earlier.cpu).map(|(now, then)| now.saturating_sub(then)).or(self.cpu);
        between.cache.evictions = self.cache.evictions.saturating_sub(earlier.cache.evictions);
        for (name, command) in &mut between.commands {
            if let Some(earlier) = earlier.commands.get(name) {
                *command = command.since(earlier);
            }
        }
        between
    }

    fn per_second(&self, count: u64) -> f64 {
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
    }
}

fn sum<T: std::ops::Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

impl CommandStats {
    /// How many executions ended.
    #[must_use]
    pub fn executions(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// How many ended so.
    #[must_use]
    pub fn count(&self, outcome: CommandOutcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, outcome: CommandOutcome, count: u64) {
        if count > 0 {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    fn merge(&mut self, other: &Self) {
        other.outcomes.iter().for_each(|(outcome, count)| self.add(*outcome, *count));
        self.events += other.events;
        self.retries += other.retries;
        self.conflicts += other.conflicts;
        self.cache_hits += other.cache_hits;
        self.cache_misses += other.cache_misses;
        self.latency.merge(&other.latency);
    }

    fn since(&self, earlier: &Self) -> Self {
        let outcomes = self.outcomes.iter().map(|(outcome, n)| (*outcome, n.saturating_sub(earlier.count(*outcome))));
        Self {
            outcomes: outcomes.filter(|(_, count)| *count > 0).collect(),
            events: self.events.saturating_sub(earlier.events),
            retries: self.retries.saturating_sub(earlier.retries),
            conflicts: self.conflicts.saturating_sub(earlier.conflicts),
            cache_hits: self.cache_hits.saturating_sub(earlier.cache_hits),
            cache_misses: self.cache_misses.saturating_sub(earlier.cache_misses),
            latency: self.latency.since(&earlier.latency),
        }
    }
}

#[cfg(test)]
mod tests;
