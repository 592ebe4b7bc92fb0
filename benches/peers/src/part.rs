//! The parts of a run.

use clap::ValueEnum;

use crate::{bank::Place, workload::Workload};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Systems side by side on PostgreSQL
    Database,
    /// W1 and W2 once more, with a millisecond added each way, and round trips counted
    Distant,
    /// W1 once more, as the log grows
    Growth,
    /// Systems side by side on a SQLite file
    Sqlite,
    /// Systems side by side in memory, at 64
    Memory,
    /// Foldline beside itself: two processes, a hot stream, 100 tasks with 100 requests, one core
    Shapes,
}

impl Part {
    /// What is measured where nothing else is asked for: growing takes long.
    pub(crate) const USUAL: [Self; 5] = [Self::Database, Self::Distant, Self::Sqlite, Self::Memory, Self::Shapes];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Database => "On PostgreSQL",
            Self::Distant => "On PostgreSQL, one millisecond away",
            Self::Growth => "On PostgreSQL, as the log grows",
            Self::Sqlite => "On SQLite, flushed at every commit",
            Self::Memory => "In memory",
            Self::Shapes => "Shapes",
        }
    }

    /// Where the systems that it compares keep their logs.
    pub(crate) fn place(self) -> Place {
        match self {
            Self::Database | Self::Distant | Self::Growth | Self::Shapes => Place::Postgres,
            Self::Sqlite => Place::Sqlite,
            Self::Memory => Place::Memory,
        }
    }

    /// Whether a workload says anything here.
    pub(crate) fn asks_for(self, workload: Workload) -> bool {
        match self {
            Self::Distant => matches!(workload, Workload::W1 | Workload::W2),
            Self::Growth => workload == Workload::W1,
            _ => true,
        }
    }

    /// How many commands at once, where nothing else is asked for.
    pub(crate) fn concurrency(self, workload: Workload) -> &'static [usize] {
        match (self, workload) {
            (Self::Memory, Workload::W1 | Workload::W2 | Workload::W3 | Workload::W2Crowded) => &[64],
            (Self::Sqlite, Workload::W1 | Workload::W2) => &[1, 64],
            (Self::Distant, _) => &[1, 16, 64],
            _ => workload.usual_concurrency(),
        }
    }
}
