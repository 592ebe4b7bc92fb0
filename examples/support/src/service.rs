//! What runs in an application.

use std::{io, time::Duration};

use foldline::{ProjectorError, prelude::*};

use crate::{http::Problem, signals::Signals};

/// How long a request waits for the read models.
const REQUEST: Duration = Duration::from_secs(2);

/// Who executes, and who keeps the read models.
#[derive(Debug, Clone)]
pub struct Service {
    /// It executes.
    pub executor: Executor,
    /// It keeps the read models.
    pub projector: Projector,
}

impl Service {
    /// Waits until the read models have seen all that has happened by now, however much that is. Answers how far it is.
    ///
    /// For whoever sits at a terminal and can stop it. A request waits by [`up_to_date`](Self::up_to_date).
    ///
    /// # Errors
    /// When the log cannot be read, or a read model has stopped.
    pub async fn caught_up(&self) -> Result<u64, ProjectorError> {
        let head = self.executor.store().head().await?;
        self.projector.wait_for(head).await?;
        Ok(head)
    }

    /// The same for a request, and for the one read model that it asks: one that waits out a fault must not hold on to whoever
    /// asks.
    ///
    /// # Errors
    /// When the log cannot be read, or the read model is not that far within two seconds.
    pub async fn up_to_date(&self, model: &str) -> Result<(), Problem> {
        let head = self.executor.store().head().await?;
        Ok(self.projector.wait_for(head).of(model).timeout(REQUEST).await?)
    }

    /// Waits until a read model has seen what happened at a position that a request names.
    ///
    /// # Errors
    /// When the log is not that far, or the read model is not, within two seconds.
    pub async fn seen(&self, position: Option<u64>, model: &str) -> Result<(), Problem> {
        let Some(asked) = position else { return Ok(()) };
        let head = self.executor.store().head().await?;
        if asked > head {
            return Err(StoreError::BeyondHead { what: "position", asked, head }.into());
        }
        Ok(self.projector.wait_for(asked).of(model).timeout(REQUEST).await?)
    }

    /// Lets everything finish that has begun, for ten seconds at the most, or until somebody does not want to wait.
    ///
    /// # Errors
    /// When it cannot be heard whether somebody wants to.
    pub async fn stop(&self) -> io::Result<()> {
        self.close(&mut Signals::listen()?).await;
        Ok(())
    }

    pub(crate) async fn close(&self, signals: &mut Signals) {
        let finish = async {
            self.projector.shutdown().await;
            self.executor.shutdown().await;
        };
        if signals.wait_for(finish).await.is_none() {
            // Nobody was told that any of it happened, and the log says where each read model goes on.
            eprintln!(
                "Left behind: commands or read models that have not finished. Whatever had an answer is in the log."
            );
        }
    }
}
