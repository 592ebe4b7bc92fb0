//! One execution, to be awaited, with what its caller asks of it.

use std::{fmt, fmt::Display, future::IntoFuture, panic::resume_unwind, time::Duration};

use futures_util::future::{BoxFuture, FutureExt};

use super::{
    Executor, around,
    committed::Committed,
    machine::Failure,
    options::{Copy, Options},
    run::Run,
};
use crate::{
    command::{Command, Typed},
    error::ExecuteError,
    handle::{Entity, Shape},
    key::stream_of,
    stream::{StreamKey, StreamName},
};

/// An execution that has not begun: `.await` begins it.
#[must_use = "nothing is executed until this is awaited"]
pub struct Execute<'a, C: Command> {
    executor: &'a Executor,
    job: Typed<C>,
    options: Options,
}

impl<'a, C: Command> Execute<'a, C> {
    pub(super) fn new(executor: &'a Executor, command: C, options: Options) -> Self {
        Self { executor, job: Typed::new(command), options }
    }

    /// Says what this belongs to: on every event of the commit, the same for all that one request sets off.
    pub fn correlation(mut self, id: impl Display) -> Self {
        self.options.metadata.correlation = Some(id.to_string().into());
        self
    }

    /// Says what directly led to this, on every event of the commit.
    pub fn causation(mut self, id: impl Display) -> Self {
        self.options.metadata.causation = Some(id.to_string().into());
        self
    }

    /// Says which trace this belongs to, as a W3C `traceparent`: on every event of the commit. Without it the executor's own
    /// [`traceparent`](super::ExecutorBuilder::traceparent) is asked.
    pub fn traceparent(mut self, traceparent: impl Display) -> Self {
        self.options.metadata.traceparent = Some(traceparent.to_string().into());
        self
    }

    /// Puts a value of the caller's own on every event of the commit.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.metadata.set_header(name, value);
        self
    }

    /// Lets the command take effect once only, for ever and across processes: a repeat answers the first outcome
    /// ([`Committed::replayed`]), and the same key with another command is [`ExecuteError::KeyReused`].
    ///
    /// A command is another when its name, its declared streams or one of its other fields, as it prints with `Debug`, differs. A
    /// field without `Debug` is not compared.
    pub fn idempotency_key(mut self, key: impl Display) -> Self {
        self.options.key = Some(key.to_string().into());
        self
    }

    /// Goes on only if the stream is still at this version (an `ETag`): else [`ExecuteError::VersionMismatch`].
    pub fn if_version<K: StreamKey>(mut self, key: &K, version: u64) -> Self {
        match stream_of(key) {
            Ok(stream) => self.options.expected.push((stream, version)),
            Err(fault) => self.options.fault = self.options.fault.or(Some(Box::new(fault))),
        }
        self
    }

    /// Gives up after so long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Tries again so often after a conflict or a passing fault.
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retry.retries = retries;
        self
    }

    /// Brings back a copy of what the stream became: [`Committed::state`].
    pub fn with_state<K: StreamKey>(mut self, key: &K) -> Self {
        self.options.copies.push(Copy {
            stream: StreamName::of(key),
            shape: const { &Shape::of::<K::State>() },
            empty: Entity::<K::State>::empty(key.clone()),
        });
        self
    }

    #[expect(clippy::manual_async_fn, reason = "an `async fn` has room for what it is given twice")]
    fn run(mut self) -> impl Future<Output = Result<Committed, ExecuteError<C::Error>>> + Send + use<'a, C> {
        async move {
            let failure = if around::is_there(self.executor) {
                match around::execute(self.executor, &mut self.options, C::NAME, &mut self.job).await {
                    Ok(committed) => return Ok(committed),
                    Err(failure) => failure,
                }
            } else {
                let mut run = Run::new(self.executor, &self.options, C::NAME);
                match run.execute(&mut self.job).await {
                    Ok(committed) => return Ok(committed),
                    Err(failure) => run.fail(failure),
                }
            };
            match (failure, self.job.rejection, self.job.panic) {
                (Failure::Other(error), ..) => Err(error.map_rejection(|never| match never {})),
                (Failure::Rejected, Some(error), _) => Err(ExecuteError::Rejected(error)),
                (Failure::Panicked, _, Some(panic)) => resume_unwind(panic),
                // A job keeps what its verdict speaks of; this answers one that did not.
                (Failure::Rejected | Failure::Panicked, ..) => Err(ExecuteError::TooManyHops),
            }
        }
    }
}

impl<'a, C: Command + 'a> IntoFuture for Execute<'a, C> {
    type Output = Result<Committed, ExecuteError<C::Error>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.run().boxed()
    }
}

impl<C: Command> fmt::Debug for Execute<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execute").field("command", &C::NAME).finish_non_exhaustive()
    }
}
