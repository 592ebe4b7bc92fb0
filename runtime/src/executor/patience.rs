//! How long an execution may take.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::time::{Instant, timeout_at};

use super::{machine::Failure, watched::Timing};
use crate::{error::ExecuteError, id::CommitId};

/// The time that an execution is given, and the time that it takes. What it is given begins with the first wait: what comes
/// before costs less than a look at the clock.
pub(super) struct Patience {
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    pub(super) timing: Timing,
}

impl Patience {
    pub(super) fn of(timeout: Option<Duration>, timing: Timing) -> Self {
        Self { timeout, deadline: None, timing }
    }

    /// Does this, unless time runs out over it. What it was done for is a commit under way, or none.
    pub(super) async fn wait<T>(
        &mut self,
        commit: Option<CommitId>,
        mut work: Pin<&mut (impl Future<Output = T> + Send)>,
    ) -> Result<T, Failure> {
        // What is done at once, as most is in memory, needs no timer.
        if let Poll::Ready(done) = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
            return Ok(done);
        }
        self.timing.waits();
        let Some(after) = self.timeout else { return Ok(work.await) };
        self.deadline = self.deadline.or_else(|| Instant::now().checked_add(after));
        let Some(deadline) = self.deadline else { return Ok(work.await) };
        // In a box of its own: a timer is large, and few commands on warm streams need one.
        Box::pin(timeout_at(deadline, work)).await.map_err(|_| Failure::Other(ExecuteError::Timeout { after, commit }))
    }
}
