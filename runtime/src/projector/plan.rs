//! What a projector is handed, and what it holds of each projection: with the kind forgotten.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use super::{
    build::{self, Built, Listener},
    error::ProjectorError,
    feed::Feed,
    kind::Kind,
    options::ProjectionOptions,
    shares::{Running, Shares},
    status::Progress,
    waiting::Waiting,
};
use crate::error::StoreError;

/// A read model that a projector can run.
pub trait Run: sealed::Planned {}

impl<T: sealed::Planned> Run for T {}

mod sealed {
    use super::Plan;

    /// Nobody outside can name it.
    pub trait Planned: Send + 'static {
        #[expect(private_interfaces, reason = "nobody outside can call it")]
        fn plan(self) -> Box<dyn Plan>;
    }
}

impl<K: Kind> sealed::Planned for K {
    #[expect(private_interfaces, reason = "nobody outside can call it")]
    fn plan(self) -> Box<dyn Plan> {
        Box::new(self)
    }
}

pub(super) fn plan(model: impl Run) -> Box<dyn Plan> {
    sealed::Planned::plan(model)
}

/// A read model whose kind is forgotten.
pub(super) trait Plan: Send {
    fn name(&self) -> &'static str;
    fn categories(&self) -> &'static [&'static str];
    fn start(
        self: Box<Self>,
        feed: &Arc<Feed>,
        options: ProjectionOptions,
        waiting: &Arc<Waiting>,
    ) -> Result<Arc<dyn AnyShares>, StoreError>;
}

impl<K: Kind> Plan for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn categories(&self) -> &'static [&'static str] {
        K::CATEGORIES
    }

    fn start(
        self: Box<Self>,
        feed: &Arc<Feed>,
        options: ProjectionOptions,
        waiting: &Arc<Waiting>,
    ) -> Result<Arc<dyn AnyShares>, StoreError> {
        Ok(Arc::new(Shares::start(*self, feed, options, waiting)?))
    }
}

/// The runners of one projection, its kind forgotten.
pub(super) trait AnyShares: Send + Sync {
    fn name(&self) -> &'static str;
    fn runs(&self) -> &[Running];
    fn rebuild(&self) -> Option<Progress>;
    fn build(self: Arc<Self>, listener: Listener) -> BoxFuture<'static, Result<Box<dyn Built>, ProjectorError>>;
}

impl<K: Kind> AnyShares for Shares<K> {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn runs(&self) -> &[Running] {
        &self.runs
    }

    fn rebuild(&self) -> Option<Progress> {
        *self.progress()
    }

    fn build(self: Arc<Self>, listener: Listener) -> BoxFuture<'static, Result<Box<dyn Built>, ProjectorError>> {
        build::build(self, listener).boxed()
    }
}
