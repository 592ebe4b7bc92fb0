//! Layers: what an application puts around every execution.

use std::fmt;

use futures_util::future::BoxFuture;

use super::{call::Call, hook::Reported};
use crate::{
    error::ExecuteError,
    executor::{committed::Committed, machine::Failure, watched::outcome_of},
    observe::CommandOutcome,
};

/// Something that stands around every execution: it looks before, lets it run or denies it, and looks behind.
///
/// For what belongs to no domain: who may do what, what is logged under which condition. The domain's own rules belong into
/// `decide`, where they are proven.
///
/// ```
/// use foldline_runtime::{Call, Executor, Layer, MemoryStore, Next, Passed};
/// use futures_util::future::{BoxFuture, FutureExt};
///
/// /// Nobody transfers money who does not say who it is.
/// struct Authorised;
///
/// impl Layer for Authorised {
///     fn execute<'a>(&'a self, call: Call<'a>, next: Next<'a>) -> BoxFuture<'a, Passed> {
///         async move {
///             if call.command() == "Transfer" && call.metadata().header("user").is_none() {
///                 return next.deny("say who you are, with the header `user`");
///             }
///             let passed = next.run().await;
///             println!("{}: {}", call.command(), passed.outcome());
///             passed
///         }
///         .boxed()
///     }
/// }
///
/// let bank = Executor::builder(MemoryStore::new()).layer(Authorised).build();
/// # let _ = bank;
/// ```
pub trait Layer: Send + Sync + 'static {
    /// Lets the execution run (`next.run().await`), or denies it (`next.deny(…)`).
    fn execute<'a>(&'a self, call: Call<'a>, next: Next<'a>) -> BoxFuture<'a, Passed>;
}

/// What comes behind a layer: other layers, and the execution.
#[must_use = "an execution runs, or is denied"]
pub struct Next<'a> {
    pub(super) layers: &'a [std::sync::Arc<dyn Layer>],
    pub(super) call: Call<'a>,
    pub(super) execution: BoxFuture<'a, Result<Committed, Failure>>,
}

impl<'a> Next<'a> {
    /// Lets it run.
    pub async fn run(self) -> Passed {
        match self.layers.split_first() {
            Some((first, layers)) => first.execute(self.call, Self { layers, ..self }).await,
            None => Passed(self.execution.await),
        }
    }

    /// Denies it: its caller gets [`ExecuteError::Denied`], and nothing has happened.
    pub fn deny(self, reason: impl fmt::Display) -> Passed {
        let denied = Err(Failure::Other(ExecuteError::Denied { reason: reason.to_string() }));
        Reported::of(self.call).ended(&denied);
        Passed(denied)
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}

/// An execution that has ended.
#[derive(Debug)]
#[must_use = "it is handed back to the caller"]
pub struct Passed(pub(super) Result<Committed, Failure>);

impl Passed {
    /// What it came to, in one word.
    #[must_use]
    pub fn outcome(&self) -> CommandOutcome {
        outcome_of(&self.0)
    }

    /// The commit, if it was accepted.
    #[must_use]
    pub fn committed(&self) -> Option<&Committed> {
        self.0.as_ref().ok()
    }
}
