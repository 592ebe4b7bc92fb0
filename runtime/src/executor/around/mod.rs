//! What may stand around an execution: a span, the trace that it belongs to, layers. An execution that nothing stands around
//! never comes here.

mod call;
mod hook;
mod layer;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod span;

use std::{fmt, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};
use tracing::{Instrument, Span};

use self::hook::{Hook, Reported};
#[cfg(feature = "opentelemetry")]
pub(super) use self::opentelemetry::traceparent;
pub use self::{
    call::Call,
    hook::CommandReport,
    layer::{Layer, Next, Passed},
};
use super::{
    Executor,
    committed::Committed,
    machine::Failure,
    options::Options,
    watched::{Deciding, outcome_of},
};
use crate::{
    command::Job,
    observe::{CommandOutcome, SEEN},
};

/// What an executor's builder was told to put around executions.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub(super) layers: Vec<Arc<dyn Layer>>,
    pub(super) hooks: Vec<Hook>,
    /// Says which W3C trace context is the current one.
    pub(super) traceparent: Option<Arc<dyn Fn() -> Option<String> + Send + Sync>>,
}

impl Around {
    /// None, if it is nothing.
    pub(super) fn into_something(self) -> Option<Arc<Self>> {
        let nothing = self.layers.is_empty() && self.hooks.is_empty() && self.traceparent.is_none();
        (!nothing).then(|| Arc::new(self))
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Around");
        debug.field("layers", &self.layers.len()).field("hooks", &self.hooks.len());
        debug.field("traceparent", &self.traceparent.is_some()).finish()
    }
}

/// Whether something stands around the next execution.
#[inline]
pub(super) fn is_there(executor: &Executor) -> bool {
    SEEN && (executor.around.is_some() || span::is_wanted())
}

/// Executes a command with all that stands around it.
pub(super) fn execute<'a>(
    executor: &'a Executor,
    options: &'a mut Options,
    command: &'static str,
    job: &'a mut dyn Job,
) -> BoxFuture<'a, Result<Committed, Failure>> {
    let span = span::of_command(executor, command);
    let around = executor.around.as_deref();
    let current = around.and_then(|around| around.traceparent.as_ref());
    if let Some(current) = current.filter(|_| options.metadata.traceparent.is_none()) {
        options.metadata.traceparent = span.in_scope(|| current()).map(Into::into);
    }
    let call = Call { executor, options, command };
    let execution = run(call, job, span.clone());
    match around.map(|around| &*around.layers) {
        None | Some([]) => execution.instrument(span).boxed(),
        Some(layers) => {
            let next = Next { layers, call, execution: execution.boxed() };
            let around = span.clone();
            async move {
                let Passed(ended) = next.run().await;
                // What was denied has not come to where its end would be recorded.
                if outcome_of(&ended) == CommandOutcome::Denied {
                    span::record(&around, &ended);
                }
                ended
            }
            .instrument(span)
            .boxed()
        }
    }
}

async fn run(call: Call<'_>, job: &mut dyn Job, span: Span) -> Result<Committed, Failure> {
    let mut reported = Reported::of(call);
    let traced = span::phases_are_wanted();
    reported.run.traced = traced;
    let ended = if traced { reported.run.execute(&mut Deciding(job)).await } else { reported.run.execute(job).await };
    reported.ended(&ended);
    span::record(&span, &ended);
    span::record_tally(&span, &reported.run.watched.tally);
    ended
}
