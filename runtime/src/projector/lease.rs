//! Keeping the right to run a projection, for as long as it is run.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::model::{Opened, Trouble};
use crate::store::{Checkpoint, Checkpoints, Claim, Lease};

/// A right that is claimed, kept and given back.
pub(super) struct Right {
    checkpoints: Arc<dyn Checkpoints>,
    unclaimed: Lease,
    held: Option<Held>,
}

struct Held {
    lease: Lease,
    signs: watch::Receiver<Sign>,
    keeper: JoinHandle<()>,
}

/// What came of the last sign of life.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// It was heard at this moment, or before.
    Heard(Instant),
    /// It was somebody else's.
    Refused,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Right {
    pub(super) fn new(checkpoints: Arc<dyn Checkpoints>, name: &str, term: Duration) -> Self {
        Self { checkpoints, unclaimed: Lease::unclaimed(name, term), held: None }
    }

    pub(super) fn checkpoints(&self) -> &Arc<dyn Checkpoints> {
        &self.checkpoints
    }

    pub(super) fn name(&self) -> &str {
        &self.unclaimed.name
    }

    /// Claims it. A checkpoint that is not known yet begins at `start`.
    pub(super) async fn claim(&mut self, start: &Checkpoint) -> Result<Opened, Trouble> {
        let asked = Instant::now();
        let claimed = self.checkpoints.claim(&self.unclaimed, start).await?;
        // Not before: whoever could not ask goes on where it was, if nobody else has moved anything meanwhile.
        self.held = None;
        match claimed {
            Claim::Held(checkpoint) => Ok(Opened::Theirs(checkpoint)),
            Claim::Granted(lease, checkpoint) => {
                let (heard, signs) = watch::channel(Sign::Heard(asked));
                let keeper = tokio::spawn(keep(Arc::clone(&self.checkpoints), lease.clone(), heard));
                self.held = Some(Held { lease, signs, keeper });
                Ok(Opened::Ours(checkpoint))
            }
        }
    }

    /// The lease, as long as nobody else can have it: not after this process was stopped for a while.
    pub(super) fn lease(&self) -> Result<Lease, Trouble> {
        let held = self.held.as_ref().ok_or(Trouble::Lost)?;
        match *held.signs.borrow() {
            Sign::Heard(when) if when.elapsed() < held.lease.term => Ok(held.lease.clone()),
            _ => Err(Trouble::Lost),
        }
    }

    /// Where the fence stood after the last step that is known of here.
    pub(super) fn fence(&self) -> Option<u64> {
        self.held.as_ref().map(|held| held.lease.fence)
    }

    /// The checkpoint was moved, and the lease with it.
    pub(super) fn moved(&mut self, to: Lease) {
        if let Some(held) = &mut self.held {
            held.lease = to;
        }
    }

    /// Moves the checkpoint.
    pub(super) async fn advance(&mut self, to: &Checkpoint) -> Result<(), Trouble> {
        let lease = self.lease()?;
        let moved = self.checkpoints.advance(&lease, to).await?.ok_or(Trouble::Lost)?;
        self.moved(moved);
        Ok(())
    }

    /// Returns when it has become somebody else's.
    pub(super) fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let signs = self.held.as_ref().map(|held| held.signs.clone());
        async move {
            let Some(mut signs) = signs else { return };
            // Once nobody gives signs any more it is for this process to claim it anew.
            let _ = signs.wait_for(|sign| matches!(sign, Sign::Refused)).await;
        }
    }

    pub(super) async fn release(&mut self) {
        if let Some(held) = self.held.take() {
            // Whoever comes next would wait for the term otherwise, and no longer.
            let _ = self.checkpoints.release(&held.lease).await;
        }
    }
}

/// Gives signs of life, three a term.
async fn keep(checkpoints: Arc<dyn Checkpoints>, lease: Lease, heard: watch::Sender<Sign>) {
    loop {
        sleep(lease.term / 3).await;
        let asked = Instant::now();
        match checkpoints.renew(&lease).await {
            Ok(true) => {
                heard.send_replace(Sign::Heard(asked));
            }
            Ok(false) => {
                heard.send_replace(Sign::Refused);
                return;
            }
            // Whether it is still ours will show.
            Err(_) => {}
        }
    }
}
