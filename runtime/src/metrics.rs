//! Every metric that Foldline records, in one table. There is no other.
//!
//! They go through the [`metrics`](https://docs.rs/metrics) facade, to whatever exporter the program installs as its
//! recorder. **Install the recorder before you build a store or an executor**: each looks for it once, so that without one
//! nothing is paid for.
//!
//! A label's values are bounded by the program: names of logs, commands, events and outcomes. Never a key.

use std::cell::Cell;

use metrics::{Counter, Gauge, Histogram, IntoF64, Key, Label, Level, Metadata, SharedString, Unit, with_recorder};

/// One metric: what it is called, and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The name it is exported under.
    pub name: &'static str,
    /// How its values are to be read.
    pub kind: Kind,
    /// What its values count.
    pub unit: Unit,
    /// The labels of its series.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub description: &'static str,
}

/// How a metric's values are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// It only grows; how fast is what matters.
    Counter,
    /// It is as it is now.
    Gauge,
    /// How often it had which size.
    Histogram,
}

macro_rules! table {
    ($($constant:ident: $kind:ident $name:literal [$($label:literal),*] $unit:ident, $description:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`. ", $description)]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: Kind::$kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                description: $description,
            };
        )*

        /// All of them.
        pub const TABLE: &[Metric] = &[$($constant),*];
    };
}

table! {
    COMMANDS: Counter "foldline_commands_total" ["log", "command", "outcome"] Count,
        "Executions that ended, by what they came to.";
    COMMAND_SECONDS: Histogram "foldline_command_duration_seconds" ["log", "command"] Seconds,
        "Time from an execution's first step to its answer, retries included.";
    DECIDE_SECONDS: Histogram "foldline_decide_duration_seconds" ["log", "command"] Seconds,
        "Time that an execution spent deciding, once its streams were at hand.";
    LOAD_SECONDS: Histogram "foldline_load_duration_seconds" ["log", "command"] Seconds,
        "Time until an execution's streams were at hand, of those that had to read from the store.";
    RETRIES: Counter "foldline_command_retries_total" ["log", "command"] Count,
        "Attempts behind the first one of an execution.";
    CONFLICTS: Counter "foldline_command_conflicts_total" ["log", "command"] Count,
        "Attempts that failed because somebody else had changed a stream.";
    EVENTS: Counter "foldline_events_total" ["log", "event"] Count,
        "Events stored, by the name they are stored under.";
    BATCH_COMMITS: Histogram "foldline_batch_commits" ["log"] Count,
        "Commits that went to the database in one batch.";
    APPEND_SECONDS: Histogram "foldline_append_duration_seconds" ["log"] Seconds,
        "Time that the database took to answer a batch.";
    APPEND_RETRIES: Counter "foldline_append_retries_total" ["log"] Count,
        "Times that a batch was sent again, for the database was out of reach or asked for patience.";
    QUEUE_SECONDS: Histogram "foldline_queue_wait_seconds" ["log"] Seconds,
        "Time that a commit waited before its batch was sent.";
    QUEUE_COMMITS: Gauge "foldline_queue_commits" ["log"] Count,
        "Commits under way: waiting, or sent and not answered.";
    OLDEST_PENDING: Gauge "foldline_oldest_pending_seconds" ["log"] Seconds,
        "How long the oldest commit under way has been so; 0 if there is none.";
    LOG_HEAD: Gauge "foldline_log_head" ["log"] Count,
        "The last position of the log, as far as this process knows it.";
    CONNECTION_ERRORS: Counter "foldline_connection_errors_total" ["log"] Count,
        "Times that the database could not be reached, or a connection to it broke.";
    POOL_CONNECTIONS: Gauge "foldline_pool_connections" ["log"] Count,
        "Connections that are open for reading.";
    POOL_IDLE: Gauge "foldline_pool_idle_connections" ["log"] Count,
        "Connections that are open for reading, and that nobody uses.";
    POOL_SECONDS: Histogram "foldline_pool_wait_seconds" ["log"] Seconds,
        "Time that a read waited for a connection.";
    CACHE_ENTRIES: Gauge "foldline_cache_streams" ["log"] Count,
        "Streams whose lane or state is kept in memory.";
    CACHE_BYTES: Gauge "foldline_cache_bytes" ["log"] Bytes,
        "What the kept states weigh, as far as it can be told.";
    CACHE_HITS: Counter "foldline_cache_hits_total" ["log"] Count,
        "Streams that a command found in memory.";
    CACHE_MISSES: Counter "foldline_cache_misses_total" ["log"] Count,
        "Streams that a command had to read from the store.";
    CACHE_EVICTIONS: Counter "foldline_cache_evictions_total" ["log"] Count,
        "Streams that were dropped from memory to make room.";
    ACTIVE_STREAMS: Gauge "foldline_active_streams" ["log"] Count,
        "Streams whose lane some command holds right now.";
    ACTIVE_COMMANDS: Gauge "foldline_active_commands" ["log"] Count,
        "Executions that have begun and not ended.";
    PROJECTION_EVENTS: Counter "foldline_projection_events_total" ["log", "projection"] Count,
        "Events that a projection took in.";
    PROJECTION_LAG: Gauge "foldline_projection_lag_events" ["log", "projection"] Count,
        "Positions of the log that a projection is behind.";
    PROJECTION_SECONDS: Gauge "foldline_projection_lag_seconds" ["log", "projection"] Seconds,
        "How old the first event is that a projection has not taken in; 0 if there is none.";
    PROJECTION_PARKED: Gauge "foldline_projection_parked_events" ["log", "projection"] Count,
        "Events at which a projection has left a stream aside.";
    PROJECTION_STOPPED: Gauge "foldline_projection_stopped" ["log", "projection"] Count,
        "1 while a projection takes nothing in, for it failed or was stopped; otherwise 0.";
    PROCESS_MEMORY: Gauge "foldline_process_memory_bytes" [] Bytes,
        "Memory of the process that is not swapped out.";
    PROCESS_CPU: Gauge "foldline_process_cpu_seconds" [] Seconds,
        "Processor time that the process has used.";
}

/// Buckets for the histograms of seconds, from 10 µs to 10 s, for exporters that want to be told.
pub const SECONDS_BUCKETS: &[f64] = &[
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
    0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Buckets for [`BATCH_COMMITS`], likewise.
pub const COMMITS_BUCKETS: &[f64] =
    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0];

/// Tells the recorder what each metric says. Stores and executors do so when they are built.
pub fn describe() {
    with_recorder(|recorder| {
        for metric in TABLE {
            let (name, unit, description) = (metric.name.into(), Some(metric.unit), metric.description.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, unit, description),
                Kind::Gauge => recorder.describe_gauge(name, unit, description),
                Kind::Histogram => recorder.describe_histogram(name, unit, description),
            }
        }
    });
}

/// The table as the book shows it, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from("| metric | kind | labels | what it says |\n| --- | --- | --- | --- |\n");
    for metric in TABLE {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let kind = format!("{:?}", metric.kind).to_lowercase();
        page += &format!("| `{}` | {kind} | {} | {} |\n", metric.name, labels.join(", "), metric.description);
    }
    page
}

/// Whether a recorder is installed. Nobody says so, but a value is turned into a number only for one who keeps it.
pub(crate) fn is_recorded() -> bool {
    struct Nothing<'a>(&'a Cell<bool>);
    impl IntoF64 for Nothing<'_> {
        fn into_f64(self) -> f64 {
            self.0.set(true);
            0.0
        }
    }
    let asked = Cell::new(false);
    PROCESS_MEMORY.gauge(&[]).increment(Nothing(&asked));
    asked.get()
}

static ORIGIN: Metadata<'static> = Metadata::new("foldline", Level::INFO, Some("foldline"));

/// The values of a series' labels, in the order of [`Metric::labels`].
pub(crate) type Values<'a> = &'a [SharedString];

impl Metric {
    fn key(&self, values: Values<'_>) -> Key {
        debug_assert_eq!(self.labels.len(), values.len(), "{}", self.name);
        let labels = self.labels.iter().zip(values).map(|(label, value)| Label::new(*label, value.clone()));
        Key::from_parts(self.name, labels.collect::<Vec<_>>())
    }

    /// One of its series, with the recorder that is installed now.
    pub(crate) fn counter(&self, values: Values<'_>) -> Counter {
        with_recorder(|recorder| recorder.register_counter(&self.key(values), &ORIGIN))
    }

    pub(crate) fn gauge(&self, values: Values<'_>) -> Gauge {
        with_recorder(|recorder| recorder.register_gauge(&self.key(values), &ORIGIN))
    }

    pub(crate) fn histogram(&self, values: Values<'_>) -> Histogram {
        with_recorder(|recorder| recorder.register_histogram(&self.key(values), &ORIGIN))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_follow_the_conventions_of_prometheus() {
        let names: BTreeSet<_> = TABLE.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), TABLE.len(), "a name stands twice");
        for Metric { name, kind, unit, labels, description } in TABLE {
            assert!(name.starts_with("foldline_"), "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_seconds"), *unit == Unit::Seconds, "{name}");
            assert_eq!(name.ends_with("_bytes"), *unit == Unit::Bytes, "{name}");
            assert!(description.ends_with('.') && !description.contains('|'), "{name}: {description}");
            assert!(
                labels.iter().all(|label| ["log", "command", "outcome", "event", "projection"].contains(label)),
                "{name}"
            );
        }
    }
}
