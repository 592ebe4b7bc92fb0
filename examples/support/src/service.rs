//! What runs in an application.

use std::time::Duration;

use foldline::{ProjectorError, prelude::*};

use crate::http::Problem;

/// Who executes, and who keeps the read models.
#[derive(Debug, Clone)]
pub struct Service {
    /// It executes.
    pub executor: Executor,
    /// It keeps the read models.
    pub projector: Projector,
}

impl Service {
    /// Waits until the read models have seen all that has happened by now. Answers how far that is.
    ///
    /// # Errors
    /// When the log cannot be read, or a read model has stopped.
    pub async fn caught_up(&self) -> Result<u64, ProjectorError> {
        let head = self.executor.store().head().await?;
        self.projector.wait_for(head).await?;
        Ok(head)
    }

    /// Waits until the read models have seen what happened at a position that somebody names.
    ///
    /// # Errors
    /// When the log is not that far, or a read model is not, within two seconds.
    pub async fn seen(&self, position: Option<u64>) -> Result<(), Problem> {
        let Some(asked) = position else { return Ok(()) };
        let head = self.executor.store().head().await?;
        if asked > head {
            return Err(StoreError::BeyondHead { what: "position", asked, head }.into());
        }
        Ok(self.projector.wait_for(asked).timeout(Duration::from_secs(2)).await?)
    }

    /// Lets everything finish that has begun.
    pub async fn stop(&self) {
        self.projector.shutdown().await;
        self.executor.shutdown().await;
    }
}
