//! Figures as a table that a person reads.

use std::{fmt, time::Duration};

use super::{CommandStats, Stats};
use crate::observe::CommandOutcome;

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (commands, events) = (self.commands_per_second(), self.events_per_second());
        writeln!(
            f,
            "{} commands in {:.1?}: {commands:.0} a second, with {events:.0} events; {} under way on {} streams",
            self.executions(),
            self.elapsed,
            self.active_commands,
            self.active_streams
        )?;
        if !self.commands.is_empty() {
            self.table(f)?;
        }
        let ratio = self.cache_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{:.1} %", ratio * 100.0));
        let (streams, evictions) = (self.cache.streams, self.cache.evictions);
        writeln!(f, "\ncache    {streams} streams, {}; {ratio} found; {evictions} evicted", Bytes(self.cache.bytes))?;
        let memory = self.memory.map_or_else(|| "–".to_owned(), |bytes| Bytes(bytes).to_string());
        let cpu = self.cpu_ratio().map_or_else(|| "–".to_owned(), |ratio| format!("{:.0} %", ratio * 100.0));
        write!(f, "process  {memory}; {cpu} of {} processors", self.processors)
    }
}

impl Stats {
    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.commands.keys().map(|name| name.chars().count()).max().unwrap_or(0).max("command".len());
        writeln!(
            f,
            "\n{:<width$} {:>10} {:>9} {:>9} {:>8} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "command",
            "committed",
            "rejected",
            "otherwise",
            "a second",
            "retries",
            "mean",
            "p50",
            "p95",
            "p99",
            "longest"
        )?;
        for (name, command) in &self.commands {
            let latency = &command.latency;
            let times = [50.0, 95.0, 99.0].map(|percent| Time(latency.percentile(percent)));
            let (mean, longest) = (Time(latency.mean()), Time(latency.longest()));
            let (committed, rejected, otherwise) = thirds(command);
            let (rate, retries) = (self.per_second(command.executions()), command.retries);
            write!(
                f,
                "{name:<width$} {committed:>10} {rejected:>9} {otherwise:>9} {rate:>8.0} {retries:>8} {mean:>9}"
            )?;
            times.iter().try_for_each(|time| write!(f, " {time:>9}"))?;
            writeln!(f, " {longest:>9}")?;
        }
        Ok(())
    }
}

/// Committed, rejected by the domain, and whatever else there is.
fn thirds(command: &CommandStats) -> (u64, u64, u64) {
    let committed = command.count(CommandOutcome::Committed);
    let rejected = command.count(CommandOutcome::Rejected);
    (committed, rejected, command.executions().saturating_sub(committed + rejected))
}

/// A time in three digits.
pub(crate) struct Time(pub(crate) Option<Duration>);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.0 else { return f.pad("–") };
        let (value, unit) = match time.as_nanos() {
            0..1_000 => (time.as_nanos() as f64, "ns"),
            1_000..1_000_000 => (time.as_nanos() as f64 / 1e3, "µs"),
            1_000_000..1_000_000_000 => (time.as_nanos() as f64 / 1e6, "ms"),
            _ => (time.as_secs_f64(), "s"),
        };
        let digits = if value < 10.0 && unit != "ns" { 2 } else { usize::from(value < 100.0 && unit != "ns") };
        f.pad(&format!("{value:.digits$} {unit}"))
    }
}

/// A size, rounded.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.0 {
            0..1_024 => return f.pad(&format!("{} B", self.0)),
            1_024..1_048_576 => (self.0 as f64 / 1024.0, "KiB"),
            1_048_576..1_073_741_824 => (self.0 as f64 / 1_048_576.0, "MiB"),
            _ => (self.0 as f64 / 1_073_741_824.0, "GiB"),
        };
        f.pad(&format!("{value:.1} {unit}"))
    }
}
