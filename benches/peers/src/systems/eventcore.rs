//! EventCore 2, through its own executor and its own stores.

use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use eventcore::{
    BackoffStrategy, CommandError, CommandLogic, DelayMilliseconds, MetricsHook, ProjectionConfig, RetryContext,
    RetryPolicy, StreamId, collect_events, execute, postgres::PostgresEventStore, run_projection,
};
use eventcore_memory::InMemoryEventStore;
use eventcore_sqlite::{SqliteConfig, SqliteEventStore};
use eventcore_types::{CheckpointStore, EventReader, EventStore, ProjectorCoordinator, StreamDeclarations};
use futures_util::{
    TryStreamExt,
    future::{BoxFuture, FutureExt},
};

use super::{
    books,
    eventcore_bank::{AccountEvent, Deposit, DepositEverywhere, Open, Total, Transfer},
};
use crate::{
    bank::{Audit, Bank, Done, Fault, OWNER, Place, START, System, Tally, account_name},
    cluster::Database,
    workload::Workload,
};

pub(crate) struct EventCore {
    name: &'static str,
    about: &'static str,
    place: Place,
    patient: bool,
    snapshots: bool,
}

impl EventCore {
    pub(crate) const USUAL: Self = Self {
        name: "eventcore",
        about: "`execute` on `PostgresEventStore::new(url)` with `RetryPolicy::new()`: 4 retries, 10 ms doubling; 10 connections",
        place: Place::Postgres,
        patient: false,
        snapshots: false,
    };
    pub(crate) const PATIENT: Self = Self {
        name: "eventcore-patient",
        about: "the same with 1,000 retries at 1 ms, so that hardly a command is given up",
        patient: true,
        ..Self::USUAL
    };
    pub(crate) const SNAPSHOTS: Self = Self {
        name: "eventcore-snapshots",
        about: "the same with the command's state kept beside the events",
        snapshots: true,
        ..Self::USUAL
    };
    pub(crate) const MEMORY: Self =
        Self { name: "eventcore-memory", about: "on its `InMemoryEventStore`", place: Place::Memory, ..Self::USUAL };
    pub(crate) const SQLITE: Self = Self {
        name: "eventcore-sqlite",
        about: "the same on `SqliteEventStore::new(config)`, which writes ahead and flushes at every commit by default",
        place: Place::Sqlite,
        ..Self::USUAL
    };

    fn policy(&self, retried: &Arc<AtomicU64>) -> RetryPolicy {
        let policy = RetryPolicy::new().with_metrics_hook(Count(Arc::clone(retried)));
        if !self.patient {
            return policy;
        }
        policy.max_retries(1000).backoff_strategy(BackoffStrategy::Fixed { delay_ms: DelayMilliseconds::new(1) })
    }
}

impl System for EventCore {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn place(&self) -> Place {
        self.place
    }

    fn cannot(&self, workload: Workload) -> Option<&'static str> {
        let meets = matches!(workload, Workload::W3 | Workload::W2Crowded);
        let long = matches!(workload, Workload::W5b);
        match () {
            () if self.patient && !meets => Some("commands hardly meet: as `eventcore`"),
            () if self.snapshots && !long => Some("streams are short: as `eventcore`"),
            () => None,
        }
    }

    fn note(&self, workload: Workload) -> Option<&'static str> {
        (workload == Workload::W6).then_some("writes a checkpoint after every event")
    }

    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            let retried = Arc::default();
            let ids = (0..accounts).map(|account| StreamId::try_new(format!("account-{}", account_name(account))));
            let accounts = ids.collect::<Result<Vec<_>, _>>()?;
            let (policy, snapshots) = (self.policy(&retried), self.snapshots);
            let (place, url) = (self.place, database.url);
            match place {
                Place::Memory => {
                    let store = InMemoryEventStore::new();
                    Ok(Arc::new(EventCoreBank { store, place, url, accounts, policy, retried, snapshots }) as _)
                }
                Place::Sqlite => {
                    let store = SqliteEventStore::new(SqliteConfig { path: (&url).into(), encryption_key: None })?;
                    store.migrate().await?;
                    Ok(Arc::new(EventCoreBank { store, place, url, accounts, policy, retried, snapshots }) as _)
                }
                Place::Postgres => {
                    let store = PostgresEventStore::new(url.as_str()).await?;
                    store.migrate().await;
                    Ok(Arc::new(EventCoreBank { store, place, url, accounts, policy, retried, snapshots }) as _)
                }
            }
        }
        .boxed()
    }
}

/// What a file says of its accounts.
const OF_A_FILE: &str = "select stream_id, count(*),
        sum(coalesce(event_data ->> '$.Deposited.amount', 0) - coalesce(event_data ->> '$.Withdrawn.amount', 0)),
        min(stream_version), max(stream_version)
    from eventcore_events group by stream_id order by stream_id";

struct Count(Arc<AtomicU64>);

impl MetricsHook for Count {
    fn on_retry_attempt(&self, _: &RetryContext) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct EventCoreBank<S> {
    store: S,
    place: Place,
    url: String,
    accounts: Vec<StreamId>,
    policy: RetryPolicy,
    retried: Arc<AtomicU64>,
    snapshots: bool,
}

impl<S: EventStore + Send> EventCoreBank<S> {
    #[expect(clippy::indexing_slicing, reason = "workloads name accounts that were opened")]
    fn id(&self, account: usize) -> StreamId {
        self.accounts[account].clone()
    }

    async fn execute<C: CommandLogic>(&self, command: C) -> Done {
        match execute(&self.store, command, self.policy.clone()).await {
            Ok(_) => Done::Yes,
            Err(CommandError::ConcurrencyError(_)) => Done::Conflict,
            Err(error) => Done::Failed(format!("{error:?}")),
        }
    }

    async fn read_streams(&self) -> Result<Audit, Fault> {
        let mut tallies = Vec::new();
        for account in &self.accounts {
            let events = collect_events(self.store.read_stream::<AccountEvent>(account.clone()).await?).await?;
            let (balance, count) = (events.iter().map(AccountEvent::amount).sum(), events.len());
            // It does not tell versions: they are places in a list.
            tallies.push(Tally { balance, events: count as u64, versions: (1, count as i64) });
        }
        Ok(Audit { accounts: tallies, positions_dense: None })
    }
}

impl<S: EventStore + EventReader<Error: Display> + CheckpointStore + ProjectorCoordinator + Send> Bank
    for EventCoreBank<S>
{
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        let open = Open { account: self.id(account), owner: OWNER.into(), amount: START };
        async move { self.execute(open).await.must() }.boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        let times = deposits;
        self.execute(Deposit { account: self.id(account), amount: 1, times, snapshots: false }).boxed()
    }

    fn spread(&self, accounts: usize, deposits: usize) -> BoxFuture<'_, Done> {
        let accounts: Vec<_> = (0..accounts).map(|account| self.id(account)).collect();
        async move {
            match StreamDeclarations::try_from_streams(accounts.clone()) {
                Ok(streams) => self.execute(DepositEverywhere { accounts, streams, amount: 1, times: deposits }).await,
                Err(error) => Done::Failed(error.to_string()),
            }
        }
        .boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        self.execute(Deposit { account: self.id(account), amount: 1, times: 1, snapshots: self.snapshots }).boxed()
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        self.execute(Transfer { from: self.id(from), to: self.id(to), amount: 1 }).boxed()
    }

    fn replay(&self, account: usize) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let mut events = self.store.read_stream::<AccountEvent>(self.id(account)).await?;
            let mut balance = 0;
            while let Some(event) = events.try_next().await? {
                balance += event.amount();
            }
            Ok(balance)
        }
        .boxed()
    }

    fn catch_up(&self) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            // It goes on where one of this name has ended: a new one begins at the first event.
            static COUNT: AtomicU64 = AtomicU64::new(0);
            let name = format!("total-{}", COUNT.fetch_add(1, Ordering::Relaxed));
            let (sum, events) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicU64::new(0)));
            // A batch is a page of the log: it has caught up when one finds nothing more.
            let mut before = None;
            while before != Some(events.load(Ordering::Relaxed)) {
                before = Some(events.load(Ordering::Relaxed));
                let total = Total { name: name.clone(), sum: Arc::clone(&sum), events: Arc::clone(&events) };
                run_projection(total, &self.store, ProjectionConfig::default()).await?;
            }
            Ok(sum.load(Ordering::Relaxed))
        }
        .boxed()
    }

    fn retried(&self) -> Option<u64> {
        Some(self.retried.load(Ordering::Relaxed))
    }

    fn audit(&self, _: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move {
            match self.place {
                Place::Memory => return self.read_streams().await,
                Place::Sqlite => return books::audit_file(&self.url, OF_A_FILE, false).await,
                Place::Postgres => {}
            }
            let accounts = "select stream_id, count(*),
                    sum(coalesce((event_data -> 'Deposited' ->> 'amount')::bigint, 0)
                        - coalesce((event_data -> 'Withdrawn' ->> 'amount')::bigint, 0))::bigint,
                    min(stream_version), max(stream_version)
                from eventcore_events group by stream_id order by stream_id collate \"C\"";
            // Its log is ordered by UUIDs: there are no positions that could have gaps.
            books::audit(&self.url, accounts, None).await
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        // It has no way to be closed: its connections go with it.
        async {}.boxed()
    }
}
