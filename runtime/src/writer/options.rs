//! How much the writer holds, and how long it tries.

use std::{thread::available_parallelism, time::Duration};

/// Bounds of a [`Batched`](super::Batched) store's queue and batches.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct WriterOptions {
    /// How many commits may be under way at once, 4,096 by default; whoever brings more waits.
    pub queue_commits: usize,
    /// How many bytes may be under way before further commits have to wait, 64 MiB by default.
    ///
    /// A commit's size is known once it is decided on, so those that took their place before the queue was full go over it.
    pub queue_bytes: usize,
    /// How many commits go into one batch, 4,096 by default.
    pub batch_commits: usize,
    /// How many bytes go into one batch, 16 MiB by default; a larger commit is a batch of its own.
    pub batch_bytes: usize,
    /// How many round trips may be reading streams at once, by default as many as the machine has cores, and at least two.
    /// What is asked for meanwhile goes together once one of them is over.
    pub reads_at_once: usize,
    /// How long a batch is sent again while the database cannot be reached or asks for patience, 10 s by default.
    ///
    /// After that its commits fail, as [`Unavailable`](crate::StoreError::Unavailable) if it is certain that they were not
    /// stored, else as unknown.
    pub patience: Duration,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            queue_commits: 4096,
            queue_bytes: 64 * 1024 * 1024,
            batch_commits: 4096,
            batch_bytes: 16 * 1024 * 1024,
            reads_at_once: available_parallelism().map_or(2, usize::from).max(2),
            patience: Duration::from_secs(10),
        }
    }
}
