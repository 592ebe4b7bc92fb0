//! Trying again, for systems that leave that to their users.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::bank::Done;

/// More than anybody would try: what counts is how long it takes.
const TRIES: usize = 1_000;

/// How one try ended.
pub(super) enum Again {
    Done,
    Conflict,
    Failed(String),
}

/// Tries until there is no conflict, and counts those that there were.
pub(super) async fn retrying<F: Future<Output = Again>>(retried: &AtomicU64, mut try_once: impl FnMut() -> F) -> Done {
    for _ in 0..TRIES {
        match try_once().await {
            Again::Done => return Done::Yes,
            Again::Failed(failure) => return Done::Failed(failure),
            Again::Conflict => retried.fetch_add(1, Ordering::Relaxed),
        };
    }
    Done::Conflict
}
