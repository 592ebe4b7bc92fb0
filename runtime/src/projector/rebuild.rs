//! Building a read model anew while the present one serves, and putting it in its place.

use std::{fmt, future::IntoFuture, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};

use super::{
    build::{Built, Listener},
    error::ProjectorError,
    plan::AnyShares,
    status::Progress,
};
use crate::store::Difference;

/// A rebuild, to be awaited: the read model is built anew, from the first event on, while the present one goes on serving, and
/// then put in its place at once. Dropped before its end, it leaves the present one as it is.
#[must_use = "nothing is built until this is awaited"]
pub struct Rebuild {
    pub(super) shares: Result<Arc<dyn AnyShares>, ProjectorError>,
    pub(super) listener: Listener,
}

impl Rebuild {
    /// Is told how far it is, again and again.
    pub fn on_progress(mut self, listener: impl FnMut(Progress) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Builds it, and says what differs from the present one, as of one position. Nothing is put in any place yet.
    ///
    /// # Errors
    /// When an event cannot be taken in, the projection is not run here, or the store cannot.
    pub async fn compare(self) -> Result<Compared, ProjectorError> {
        let mut built = self.shares?.build(self.listener).await?;
        let differences = built.differences().await?;
        Ok(Compared { differences, built })
    }
}

impl IntoFuture for Rebuild {
    type Output = Result<(), ProjectorError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.shares?.build(self.listener).await?.swap().await }.boxed()
    }
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rebuild").finish_non_exhaustive()
    }
}

/// A read model that was built anew, and what differs from the present one. Both go on taking in what comes.
#[must_use = "swap it in, or discard it"]
pub struct Compared {
    differences: Vec<Difference>,
    built: Box<dyn Built>,
}

impl Compared {
    /// What differs; nothing if there is nothing here.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// Puts it in the place of the present one.
    ///
    /// # Errors
    /// When it cannot. The present one is then as it was.
    pub async fn swap(mut self) -> Result<(), ProjectorError> {
        self.built.swap().await
    }

    /// Takes it away.
    pub async fn discard(mut self) {
        self.built.discard().await;
    }
}

impl fmt::Debug for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compared").field("differences", &self.differences).finish_non_exhaustive()
    }
}
