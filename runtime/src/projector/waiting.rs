//! Waiting until projections have taken something in.

use std::{
    fmt,
    future::IntoFuture,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::{BoxFuture, FutureExt, select};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, timeout_at},
};

use super::{
    error::ProjectorError,
    status::{Report, RunState},
};
use crate::executor::Committed;

/// How often whoever does not run a projection itself looks how far it is, while somebody waits for it.
const LOOK: Duration = Duration::from_millis(25);

/// Who waits: so that those who only look from outside look more often meanwhile.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    count: AtomicUsize,
    began: Notify,
}

impl Waiting {
    fn begin(self: &Arc<Self>) -> Waiter {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.began.notify_waiters();
        Waiter(Arc::clone(self))
    }

    /// Waits for so long, or until it is time to look for those who wait.
    pub(super) async fn at_most(&self, term: Duration) {
        let began = self.began.notified();
        if self.count.load(Ordering::SeqCst) > 0 {
            return sleep(term.min(LOOK)).await;
        }
        select(Box::pin(began), Box::pin(sleep(term))).await;
    }
}

struct Waiter(Arc<Waiting>);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What can be waited for: a position, or what an execution came to.
pub trait Reached {
    /// The position; `None` if nothing has to be waited for.
    fn position(self) -> Option<u64>;
}

impl Reached for u64 {
    fn position(self) -> Option<u64> {
        Some(self)
    }
}

impl Reached for &Committed {
    fn position(self) -> Option<u64> {
        Committed::position(self)
    }
}

/// Waits for projections, to be awaited.
#[must_use = "nothing is waited for until this is awaited"]
pub struct WaitFor {
    pub(super) position: Option<u64>,
    pub(super) reports: Vec<(Arc<str>, watch::Receiver<Report>)>,
    pub(super) timeout: Option<Duration>,
    pub(super) waiting: Arc<Waiting>,
    pub(super) unknown: Option<String>,
}

impl WaitFor {
    /// Gives up after so long, however many projections are waited for; never by default.
    pub fn timeout(mut self, after: Duration) -> Self {
        self.timeout = Some(after);
        self
    }

    /// Waits for the projection of this name alone.
    pub fn of(mut self, projection: &str) -> Self {
        self.reports.retain(|(name, _)| projection_of(name) == projection);
        if self.reports.is_empty() {
            self.unknown = Some(projection.to_owned());
        }
        self
    }

    async fn run(self) -> Result<(), ProjectorError> {
        if let Some(projection) = self.unknown {
            return Err(ProjectorError::Unknown { projection });
        }
        let Some(position) = self.position else { return Ok(()) };
        let _waiter = self.waiting.begin();
        let deadline = self.timeout.and_then(|after| Some((after, Instant::now().checked_add(after)?)));
        for (name, mut report) in self.reports {
            let arrived = |report: &Report| report.position >= position || report.state == RunState::Stopped;
            let reached = report.wait_for(arrived);
            let reached = match deadline {
                None => reached.await,
                Some((after, deadline)) => timeout_at(deadline, reached)
                    .await
                    .map_err(|_| ProjectorError::Timeout { projection: name.to_string(), position, after })?,
            };
            let failure = match reached {
                Ok(report) if report.position >= position => continue,
                Ok(report) => report.last_error.clone().map(Box::new),
                Err(_) => None,
            };
            return Err(ProjectorError::Stopped { projection: name.to_string(), position, failure });
        }
        Ok(())
    }
}

/// The projection's name, without the share.
pub(super) fn projection_of(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

impl IntoFuture for WaitFor {
    type Output = Result<(), ProjectorError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed()
    }
}

impl fmt::Debug for WaitFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFor")
            .field("position", &self.position)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
