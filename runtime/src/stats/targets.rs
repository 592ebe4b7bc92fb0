//! How fast and how small it should be, held against how it was.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    Stats, seconds,
    show::{Bytes, Time},
};

/// How fast and how small an application should be. What is `None` is not asked for.
///
/// ```
/// # use foldline_runtime::{Executor, MemoryStore, PerformanceTargets};
/// # let bank = Executor::new(MemoryStore::new());
/// for breach in PerformanceTargets::production().check(&bank.stats()) {
///     println!("{breach}");
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PerformanceTargets {
    /// Executions a second, at the least.
    pub commands_per_second: Option<f64>,
    /// Events a second, at the least.
    pub events_per_second: Option<f64>,
    /// Half of all executions take less.
    #[serde(rename = "p50_seconds", with = "seconds::optional")]
    pub p50: Option<Duration>,
    /// 95 of 100 executions take less.
    #[serde(rename = "p95_seconds", with = "seconds::optional")]
    pub p95: Option<Duration>,
    /// 99 of 100 executions take less.
    #[serde(rename = "p99_seconds", with = "seconds::optional")]
    pub p99: Option<Duration>,
    /// Memory of the process in bytes: less than this.
    pub memory: Option<u64>,
    /// The part of its processors that the process uses, between 0 and 1: less than this.
    pub cpu: Option<f64>,
}

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// Executions a second.
    CommandsPerSecond,
    /// Events a second.
    EventsPerSecond,
    /// The time that half of all executions stay under, in seconds.
    P50,
    /// The time that 95 of 100 stay under, in seconds.
    P95,
    /// The time that 99 of 100 stay under, in seconds.
    P99,
    /// Memory of the process, in bytes.
    Memory,
    /// The part of its processors that the process uses.
    Cpu,
}

/// A target that was missed. It prints as a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breach {
    /// Which one.
    pub target: Target,
    /// How it was.
    pub actual: f64,
    /// How it should have been.
    pub limit: f64,
    /// Of a time: the command that took longest, and its time in seconds.
    pub slowest: Option<(String, f64)>,
}

impl PerformanceTargets {
    /// For a service: 100 commands and 1,000 events a second, half of all commands in 10 ms, 95 % in 50 ms, 99 % in 100 ms,
    /// under 1 GiB and under 70 % of the processors.
    #[must_use]
    pub fn production() -> Self {
        Self {
            commands_per_second: Some(100.0),
            events_per_second: Some(1_000.0),
            p50: Some(Duration::from_millis(10)),
            p95: Some(Duration::from_millis(50)),
            p99: Some(Duration::from_millis(100)),
            memory: Some(1 << 30),
            cpu: Some(0.7),
        }
    }

    /// For a developer's machine: 10 commands and 100 events a second, half of all commands in 50 ms, 95 % in 200 ms, 99 % in
    /// 500 ms, under 512 MiB and under 50 % of the processors.
    #[must_use]
    pub fn development() -> Self {
        Self {
            commands_per_second: Some(10.0),
            events_per_second: Some(100.0),
            p50: Some(Duration::from_millis(50)),
            p95: Some(Duration::from_millis(200)),
            p99: Some(Duration::from_millis(500)),
            memory: Some(512 << 20),
            cpu: Some(0.5),
        }
    }

    /// The same, whatever the load: how much is done is a matter of how much is asked for.
    #[must_use]
    pub fn at_any_load(mut self) -> Self {
        (self.commands_per_second, self.events_per_second) = (None, None);
        self
    }

    /// What was missed in the time that these figures cover; nothing if all is well. What nobody knows is not missed.
    #[must_use]
    pub fn check(&self, stats: &Stats) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let mut breach = |target, actual, limit, slowest| breaches.push(Breach { target, actual, limit, slowest });
        let rates = [
            (Target::CommandsPerSecond, self.commands_per_second, stats.commands_per_second()),
            (Target::EventsPerSecond, self.events_per_second, stats.events_per_second()),
        ];
        for (target, limit, actual) in rates {
            if let Some(limit) = limit.filter(|limit| actual < *limit) {
                breach(target, actual, limit, None);
            }
        }
        let latency = stats.latency();
        for (target, percent, limit) in
            [(Target::P50, 50.0, self.p50), (Target::P95, 95.0, self.p95), (Target::P99, 99.0, self.p99)]
        {
            if let Some((limit, actual)) = limit.zip(latency.percentile(percent)).filter(|(limit, is)| is >= limit) {
                breach(target, actual.as_secs_f64(), limit.as_secs_f64(), slowest(stats, percent));
            }
        }
        if let Some((limit, actual)) = self.memory.zip(stats.memory).filter(|(limit, actual)| actual >= limit) {
            breach(Target::Memory, actual as f64, limit as f64, None);
        }
        if let Some((limit, actual)) = self.cpu.zip(stats.cpu_ratio()).filter(|(limit, actual)| actual >= limit) {
            breach(Target::Cpu, actual, limit, None);
        }
        breaches
    }
}

fn slowest(stats: &Stats, percent: f64) -> Option<(String, f64)> {
    let times = stats.commands.iter().filter_map(|(name, stats)| Some((name, stats.latency.percentile(percent)?)));
    times.max_by_key(|(_, time)| *time).map(|(name, time)| (name.clone(), time.as_secs_f64()))
}

impl Target {
    /// Its name in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommandsPerSecond => "commands a second",
            Self::EventsPerSecond => "events a second",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Memory => "memory",
            Self::Cpu => "processor use",
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, actual, limit, slowest } = self;
        let name = target.as_str();
        let seconds = |seconds: f64| Time(Duration::try_from_secs_f64(seconds).ok());
        match target {
            Target::CommandsPerSecond | Target::EventsPerSecond => {
                write!(f, "{actual:.0} {name}, and should be at least {limit:.0}")
            }
            Target::P50 | Target::P95 | Target::P99 => {
                write!(f, "{name} is {}, and should be under {}", seconds(*actual), seconds(*limit))?;
                match slowest {
                    Some((command, time)) => write!(f, " (the slowest is {command}, {})", seconds(*time)),
                    None => Ok(()),
                }
            }
            Target::Memory => {
                write!(f, "{name} is {}, and should be under {}", Bytes(*actual as u64), Bytes(*limit as u64))
            }
            Target::Cpu => write!(f, "{name} is {:.0} %, and should be under {:.0} %", actual * 100.0, limit * 100.0),
        }
    }
}
