//! cqrs-es, through its framework on the stores of postgres-es.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use cqrs_es::{
    AggregateContext, AggregateError, CqrsFramework, EventEnvelope, EventStore, Query,
    mem_store::MemStore,
    persist::{PersistedEventStore, QueryReplay},
};
use futures_util::future::{BoxFuture, FutureExt};
use postgres_es::{PostgresEventRepository, default_postgress_pool};
use sqlx_of_peers::PgPool;

use super::{
    books,
    cqrs_bank::{Account, AccountCommand},
    retry::{Again, retrying},
};
use crate::{
    bank::{Audit, Bank, Done, Fault, OWNER, Place, START, System, Tally, account_name},
    cluster::Database,
    workload::Workload,
};

/// cqrs-es, with snapshots or without.
pub(crate) struct Cqrs {
    name: &'static str,
    about: &'static str,
    place: Place,
    snapshots: bool,
}

impl Cqrs {
    pub(crate) const USUAL: Self = Self {
        name: "cqrs-es",
        about: "`postgres_cqrs(default_postgress_pool(url), …)`: 10 connections; a conflict ends in an error, and the driver tries again at once, up to 1,000 times",
        place: Place::Postgres,
        snapshots: false,
    };
    pub(crate) const SNAPSHOTS: Self = Self {
        name: "cqrs-es-snapshots",
        about: "the same with `postgres_snapshot_cqrs`, every 100 events",
        snapshots: true,
        ..Self::USUAL
    };
    pub(crate) const MEMORY: Self = Self {
        name: "cqrs-es-memory",
        about: "on its `MemStore`, which prints twice a command (thrown away here), and is made for tests",
        place: Place::Memory,
        ..Self::USUAL
    };
}

/// As its own documents create them.
const TABLES: &str = "create table events (
        aggregate_type text                         not null,
        aggregate_id   text                         not null,
        sequence       bigint check (sequence >= 0) not null,
        event_type     text                         not null,
        event_version  text                         not null,
        payload        json                         not null,
        metadata       json                         not null,
        primary key (aggregate_type, aggregate_id, sequence)
    );
    create table snapshots (
        aggregate_type   text                                 not null,
        aggregate_id     text                                 not null,
        last_sequence    bigint check (last_sequence >= 0)    not null,
        current_snapshot bigint check (current_snapshot >= 0) not null,
        payload          json                                 not null,
        primary key (aggregate_type, aggregate_id, last_sequence)
    );";

impl System for Cqrs {
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
        match workload {
            Workload::W2 | Workload::W2Crowded | Workload::W4b => {
                Some("a command changes one aggregate: nothing makes two atomic")
            }
            Workload::W6 if self.place == Place::Memory => Some("its store in memory replays nothing"),
            _ if self.snapshots && workload != Workload::W5b => Some("as `cqrs-es`: snapshots are for long streams"),
            _ => None,
        }
    }

    fn note(&self, workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::W5b if self.snapshots => Some(
                "cqrs-es 0.5.0 applies an event when a command hands it to its sink, and once more when it makes a snapshot: the state \
                 that it loads then holds more money than the events say",
            ),
            Workload::W6 => {
                Some("`QueryReplay::replay_all`, without a checkpoint; in the order of versions, not of commits")
            }
            _ => None,
        }
    }

    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            if self.place == Place::Memory {
                let store = MemStore::default();
                return Ok(
                    Arc::new(CqrsBank::on([store.clone(), store], None, database.url, accounts)) as Arc<dyn Bank>
                );
            }
            let pool = default_postgress_pool(&database.url).await;
            sqlx_of_peers::raw_sql(TABLES).execute(&pool).await?;
            let store = || {
                let events = PostgresEventRepository::new(pool.clone());
                let (often, plain) = (PersistedEventStore::new_snapshot_store, PersistedEventStore::new_event_store);
                if self.snapshots { often(events, 100) } else { plain(events) }
            };
            Ok(Arc::new(CqrsBank::on([store(), store()], Some(pool.clone()), database.url, accounts)) as Arc<dyn Bank>)
        }
        .boxed()
    }
}

struct CqrsBank<S: EventStore<Account>> {
    framework: CqrsFramework<Account, S>,
    /// Another handle of the store: the framework does not lend its own.
    store: S,
    pool: Option<PgPool>,
    url: String,
    accounts: usize,
    retried: AtomicU64,
}

impl<S: EventStore<Account>> CqrsBank<S>
where
    S::AC: Send,
{
    fn on([store, lent]: [S; 2], pool: Option<PgPool>, url: String, accounts: usize) -> Self {
        let framework = CqrsFramework::new(lent, vec![], ());
        Self { framework, store, pool, url, accounts, retried: AtomicU64::new(0) }
    }

    async fn execute(&self, account: usize, command: AccountCommand) -> Done {
        let name = account_name(account);
        let execute = || async {
            match self.framework.execute(&name, command.clone()).await {
                Ok(()) => Again::Done,
                Err(AggregateError::AggregateConflict) => Again::Conflict,
                Err(error) => Again::Failed(format!("{error:?}")),
            }
        };
        retrying(&self.retried, execute).await
    }

    async fn load(&self, account: usize) -> Result<i64, Fault> {
        Ok(self.store.load_aggregate(&account_name(account)).await?.aggregate().balance)
    }

    /// In memory there is no SQL: the events are read as users read them.
    async fn read_streams(&self) -> Result<Audit, Fault> {
        let mut tallies = Vec::new();
        for account in 0..self.accounts {
            let events = self.store.load_events(&account_name(account)).await?;
            let balance = events.iter().map(|event| event.payload.amount()).sum();
            let last = events.last().map_or(0, |event| event.sequence as i64);
            tallies.push(Tally { balance, events: events.len() as u64, versions: (1, last) });
        }
        Ok(Audit { accounts: tallies, positions_dense: None })
    }

    /// Of the log as it lies in the database.
    async fn read_table(&self) -> Result<Audit, Fault> {
        // Its streams are numbered, its log is not.
        let accounts = "select aggregate_id, count(*), sum(coalesce((payload -> 'Deposited' ->> 'amount')::bigint, 0)
                    - coalesce((payload -> 'Withdrawn' ->> 'amount')::bigint, 0))::bigint, min(sequence), max(sequence)
            from events group by aggregate_id order by aggregate_id collate \"C\"";
        books::audit(&self.url, accounts, None).await
    }
}

impl<S: EventStore<Account>> Bank for CqrsBank<S>
where
    S::AC: Send,
{
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        let open = AccountCommand::Open { owner: OWNER.into(), amount: START as i64 };
        async move { self.execute(account, open).await.must() }.boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        self.execute(account, AccountCommand::Deposit { amount: 1, times: deposits }).boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        self.append(account, 1)
    }

    fn transfer(&self, _: usize, _: usize) -> BoxFuture<'_, Done> {
        async { Done::Failed("a command changes one aggregate".into()) }.boxed()
    }

    fn replay(&self, account: usize) -> BoxFuture<'_, Result<i64, Fault>> {
        self.load(account).boxed()
    }

    fn catch_up(&self) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let pool = self.pool.clone().ok_or("its store in memory replays nothing")?;
            let (total, failure) = (Arc::new(AtomicI64::new(0)), Arc::new(Mutex::new(None)));
            let mut replay = QueryReplay::new(PostgresEventRepository::new(pool), Total(Arc::clone(&total)));
            let first = Arc::clone(&failure);
            replay.use_error_handler(Box::new(move |error| {
                first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error.to_string());
            }));
            replay.replay_all().await?;
            let failure = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
            failure.map_or(Ok(total.load(Ordering::Relaxed)), |failure| Err(failure.into()))
        }
        .boxed()
    }

    fn retried(&self) -> Option<u64> {
        Some(self.retried.load(Ordering::Relaxed))
    }

    fn audit(&self, accounts: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move {
            let audit = if self.pool.is_some() { self.read_table().await? } else { self.read_streams().await? };
            // What callers are told must be what the log says.
            for account in 0..accounts.min(audit.accounts.len()) {
                let told = self.load(account).await?;
                if audit.accounts.get(account).is_none_or(|tally| tally.balance != told) {
                    return Err(
                        format!("account {account} is loaded with {told}, which is not what its events say").into()
                    );
                }
            }
            Ok(audit)
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}

/// All that the accounts hold.
struct Total(Arc<AtomicI64>);

#[async_trait::async_trait]
impl Query<Account> for Total {
    async fn dispatch(&self, _: &str, events: &[EventEnvelope<Account>]) {
        self.0.fetch_add(events.iter().map(|event| event.payload.amount()).sum(), Ordering::Relaxed);
    }
}
