//! Executing commands against a store.

mod around;
mod committed;
mod doors;
mod execute;
mod lanes;
mod load;
mod machine;
mod options;
mod patience;
mod run;
mod slots;
mod warm;
mod watched;

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};

use self::{around::Around, doors::Doors, options::Options, slots::Slots, watched::Meters};
pub use self::{
    around::{Call, CommandReport, Layer, Next, Passed},
    committed::{Committed, Loaded},
    execute::Execute,
    load::Load,
    options::RetryPolicy,
    slots::CacheSize,
    watched::Phases,
};
use crate::{
    command::{Command, Shelf},
    error::{ExecuteError, StoreError},
    id::CommitId,
    metadata::Metadata,
    stats::Stats,
    store::{AnyStore, Health, HealthLimits, History, Log, Store},
    stream::StreamKey,
};

/// Executes commands against a store. Cheap to clone, and meant to be: one a process, since it keeps the states that its commands
/// left.
///
/// ```
/// # use foldline_runtime::{Executor, MemoryStore, RetryPolicy};
/// # use std::time::Duration;
/// let bank = Executor::new(MemoryStore::new());
///
/// let patient = Executor::builder(MemoryStore::new())
///     .timeout(Duration::from_secs(60))
///     .retry(RetryPolicy::retries(100))
///     .build();
/// # let _ = (bank, patient);
/// ```
#[doc(alias = "command bus")]
#[doc(alias = "decision maker")]
#[doc(alias = "repository")]
#[derive(Debug, Clone)]
pub struct Executor {
    store: AnyStore,
    slots: Arc<Slots>,
    doors: Arc<Doors>,
    meters: Arc<Meters>,
    around: Option<Arc<Around>>,
    retry: RetryPolicy,
    timeout: Option<Duration>,
    concurrency: usize,
}

impl Executor {
    /// An executor with the usual settings.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self::builder(store).build()
    }

    /// An executor with settings of one's own.
    pub fn builder(store: impl Store) -> ExecutorBuilder {
        ExecutorBuilder {
            store: AnyStore::new(store),
            cache: Some(CacheSize::default()),
            retry: RetryPolicy::default(),
            timeout: Some(Duration::from_secs(30)),
            concurrency: 64,
            around: Around::default(),
        }
    }

    /// Executes a command: `bank.execute(Transfer { from, to, amount }).await?`.
    pub fn execute<C: Command>(&self, command: C) -> Execute<'_, C> {
        let options = Options {
            metadata: Metadata::default(),
            key: None,
            timeout: self.timeout,
            retry: self.retry,
            expected: Vec::new(),
            copies: Vec::new(),
            fault: None,
        };
        Execute::new(self, command, options)
    }

    /// Executes many commands concurrently, and answers in the order given.
    pub async fn execute_all<C: Command>(
        &self,
        commands: impl IntoIterator<Item = C>,
    ) -> Vec<Result<Committed, ExecuteError<C::Error>>> {
        let executions: Vec<_> = commands.into_iter().map(|command| self.execute(command).into_future()).collect();
        stream::iter(executions).buffered(self.concurrency).collect().await
    }

    /// Reads the streams of these keys ahead of the commands that will want them.
    ///
    /// # Errors
    /// When a key names no stream, a stream cannot be read, or the store cannot answer.
    pub async fn warm<K: StreamKey>(&self, keys: impl IntoIterator<Item = K>) -> Result<(), StoreError> {
        warm::warm(self, keys.into_iter().collect()).await
    }

    /// Lets every execution finish that has begun, refuses all others with [`StoreError::Closed`], and closes the store.
    ///
    /// Every clone of this executor is shut down with it.
    pub async fn shutdown(&self) {
        self.doors.shut().await;
        self.store.close().await;
    }

    /// Reads a stream's state: `None` if it has no events. It holds every commit acknowledged before the call, and none
    /// that is not durable.
    pub fn load<K: StreamKey>(&self, key: &K) -> Load<'_, K> {
        Load::new(&self.store, key)
    }

    /// What became of a commit whose answer was lost: `None` if the log does not hold it.
    ///
    /// A commit that recorded nothing leaves nothing to find. The versions are those of the streams that it wrote.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn commit(&self, id: CommitId) -> Result<Option<Committed>, StoreError> {
        Ok(self.store.find_commit(id).await?.map(Committed::new))
    }

    /// The events of one stream, in order.
    pub fn history<K: StreamKey>(&self, key: &K) -> History<K> {
        self.store.history(key)
    }

    /// The log after position `after` (0: from the start), in order.
    pub fn log(&self, after: u64) -> Log {
        self.store.log(after)
    }

    /// What went through this executor and its clones since it was built. It needs no exporter.
    ///
    /// ```
    /// # use foldline_runtime::{Executor, MemoryStore};
    /// let bank = Executor::new(MemoryStore::new());
    /// let before = bank.stats();
    /// // …
    /// println!("{}", bank.stats().since(&before));
    /// ```
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.meters.stats(&self.slots, &self.doors)
    }

    /// How its store is doing: asks for a sign of life, and looks at what is under way. The answer comes in time, whatever the
    /// store does. [`Store::health`] takes limits of one's own.
    pub async fn health(&self) -> Health {
        self.store.health(HealthLimits::default()).await
    }

    fn shelf(&self) -> Option<&dyn Shelf> {
        Some(&*self.slots)
    }

    /// The store it executes against.
    #[must_use]
    pub fn store(&self) -> &AnyStore {
        &self.store
    }
}

/// Settings of an [`Executor`] to be.
#[derive(Debug, Clone)]
#[must_use = "call `.build()`"]
pub struct ExecutorBuilder {
    store: AnyStore,
    cache: Option<CacheSize>,
    retry: RetryPolicy,
    timeout: Option<Duration>,
    concurrency: usize,
    around: Around,
}

impl ExecutorBuilder {
    /// How many states are kept in memory, so that a command on a stream that was used lately reads nothing:
    /// [`CacheSize::default`] by default. `None` keeps no state that is durable.
    pub fn cache(mut self, size: impl Into<Option<CacheSize>>) -> Self {
        self.cache = size.into();
        self
    }

    /// How often, and how patiently, commands are tried again. Each execution may say otherwise.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long a command may take, 30 s by default; `None` is for ever. Each execution may say otherwise.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// How many commands [`Executor::execute_all`] has under way at once, 64 by default.
    pub fn concurrency(mut self, commands: usize) -> Self {
        self.concurrency = commands.max(1);
        self
    }

    /// Puts something around every execution: the first is the outermost.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.around.layers.push(Arc::new(layer));
        self
    }

    /// Tells of every execution that has ended, as soon as it has; also of those whose caller went away. All are timed then.
    ///
    /// ```
    /// # use foldline_runtime::{Executor, MemoryStore};
    /// let bank = Executor::builder(MemoryStore::new())
    ///     .on_command_complete(|report| {
    ///         if report.took.as_millis() > 100 {
    ///             eprintln!("slow: {report}, {:?}", report.phases);
    ///         }
    ///     })
    ///     .build();
    /// # let _ = bank;
    /// ```
    pub fn on_command_complete(mut self, tell: impl Fn(&CommandReport<'_>) + Send + Sync + 'static) -> Self {
        self.around.hooks.push(Arc::new(tell));
        self
    }

    /// Says which W3C trace context is the current one, when an execution begins: it is stored with its events, so that what
    /// they set off can be linked to it. Called within the command's span. With the feature `opentelemetry`,
    /// `.opentelemetry()` does this.
    pub fn traceparent(mut self, current: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.around.traceparent = Some(Arc::new(current));
        self
    }

    /// Stores the trace context of the command's span, as [`tracing_opentelemetry`] knows it, with its events.
    #[cfg(feature = "opentelemetry")]
    pub fn opentelemetry(self) -> Self {
        self.traceparent(around::traceparent)
    }

    /// The executor. It exports what it counts if a recorder of metrics is installed by now.
    #[must_use]
    pub fn build(self) -> Executor {
        let (slots, doors) = (Arc::new(Slots::new(self.cache)), Arc::<Doors>::default());
        Executor {
            meters: Meters::new(&self.store, &slots, &doors),
            store: self.store,
            slots,
            doors,
            retry: self.retry,
            timeout: self.timeout,
            concurrency: self.concurrency,
            around: self.around.into_something(),
        }
    }
}
