//! Foldline, through its macros' commands and its executor.

use std::sync::Arc;

use foldline::{
    CacheSize, Executor, InMemory, MemoryStore, PostgresOptions, PostgresStore, Projector, RetryPolicy, SqliteStore,
    prelude::ExecuteError, storage::Store,
};
use futures_util::{
    TryStreamExt,
    future::{BoxFuture, FutureExt},
};

use super::{
    books,
    foldline_bank::{
        AccountEvent, AccountId, BankError, Deposit, DepositEverywhere, DepositOften, Open, Total, Transfer,
    },
};
use crate::{
    bank::{Audit, Bank, Done, Fault, OWNER, Place, START, System, Tally, account_name},
    cluster::Database,
    workload::Workload,
};

/// Foldline, with the bank that every system has here.
pub(crate) struct Foldline {
    name: &'static str,
    about: &'static str,
    cache: Option<CacheSize>,
    place: Place,
    /// Whether conflicts are tried again, as is usual.
    retries: bool,
}

impl Foldline {
    pub(crate) const CACHED: Self = Self {
        name: "foldline",
        about: "as one gets it: `Executor::new(PostgresStore::connect(url))`",
        cache: Some(CacheSize::streams(100_000)),
        place: Place::Postgres,
        retries: true,
    };
    pub(crate) const UNCACHED: Self = Self {
        name: "foldline-uncached",
        about: "with `.cache(None)`: every command reads its streams, unless an undurable command has just left them",
        cache: None,
        ..Self::CACHED
    };
    pub(crate) const MEMORY: Self =
        Self { name: "foldline-memory", about: "on its `MemoryStore`", place: Place::Memory, ..Self::CACHED };
    pub(crate) const SQLITE: Self = Self {
        name: "foldline-sqlite",
        about: "as one gets it: `Executor::new(SqliteStore::open(path))`",
        place: Place::Sqlite,
        ..Self::CACHED
    };
    pub(crate) const SQLITE_UNCACHED: Self = Self {
        name: "foldline-sqlite-uncached",
        about: "with `.cache(None)`: every command reads its streams, unless an undurable command has just left them",
        cache: None,
        ..Self::SQLITE
    };
    pub(crate) const UNFORGIVING: Self = Self {
        name: "foldline-no-retries",
        about: "a conflict is an error that its caller sees",
        retries: false,
        ..Self::CACHED
    };
}

impl System for Foldline {
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
            Workload::W5 if self.cache.is_some() => Some("the state is there already: see the row without a cache"),
            Workload::W6 if self.cache.is_none() => Some("the cache has no part in it"),
            _ => None,
        }
    }

    fn note(&self, workload: Workload) -> Option<&'static str> {
        (workload == Workload::W6).then_some("`InMemory`, which keeps no checkpoint unless `.saved()` asks for it")
    }

    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            let builder = match self.place {
                Place::Memory => Executor::builder(MemoryStore::new()),
                Place::Sqlite => Executor::builder(SqliteStore::open(&database.url).await?),
                Place::Postgres => {
                    Executor::builder(PostgresStore::connect_with(&database.url, PostgresOptions::production()).await?)
                }
            };
            let retry = if self.retries { RetryPolicy::default() } else { RetryPolicy::retries(0) };
            let executor = builder.cache(self.cache).retry(retry).build();
            let ids = (0..accounts).map(|account| account_name(account).parse()).collect::<Result<_, _>>()?;
            Ok(Arc::new(FoldlineBank { executor, accounts: ids, place: self.place, url: database.url })
                as Arc<dyn Bank>)
        }
        .boxed()
    }
}

struct FoldlineBank {
    executor: Executor,
    accounts: Vec<AccountId>,
    place: Place,
    url: String,
}

impl FoldlineBank {
    #[expect(clippy::indexing_slicing, reason = "workloads name accounts that were opened")]
    fn id(&self, account: usize) -> AccountId {
        self.accounts[account].clone()
    }

    /// In memory there is no SQL: the log is read as subscribers read it.
    async fn read_log(&self) -> Result<Audit, Fault> {
        let mut tallies = vec![Tally::default(); self.accounts.len()];
        let (mut log, mut last, mut dense) = (self.executor.log(0).typed::<AccountEvent>(), 0, true);
        while let Some(record) = log.try_next().await? {
            let account: usize = record.stream().as_str().trim_start_matches("account-").parse()?;
            let tally = tallies.get_mut(account).ok_or("an account that nobody opened")?;
            tally.balance += match record.event {
                AccountEvent::Opened { .. } => 0,
                AccountEvent::Deposited { amount } => cents(amount)?,
                AccountEvent::Withdrawn { amount } => -cents(amount)?,
            };
            tally.events += 1;
            // The first that breaks the row of versions stays visible in what was the last.
            if record.version() as i64 == tally.versions.1 + 1 {
                tally.versions = (1, tally.versions.1 + 1);
            }
            dense &= record.position() == last + 1;
            last = record.position();
        }
        Ok(Audit { accounts: tallies, positions_dense: Some(dense) })
    }
}

fn cents(money: u64) -> Result<i64, Fault> {
    i64::try_from(money).map_err(|_| "more money than there is".into())
}

fn done<T>(result: Result<T, ExecuteError<BankError>>) -> Done {
    match result {
        Ok(_) => Done::Yes,
        Err(ExecuteError::Conflict { .. }) => Done::Conflict,
        Err(error) => Done::Failed(format!("{error:?}")),
    }
}

impl Bank for FoldlineBank {
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            let account = self.id(account);
            let open = Open { account: account.clone(), owner: OWNER.to_owned() };
            done(self.executor.execute(open).await).must()?;
            done(self.executor.execute(Deposit { account, amount: START }).await).must()
        }
        .boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        let account = self.id(account);
        let command = DepositOften { account, amount: 1, times: deposits };
        async move { done(self.executor.execute(command).await) }.boxed()
    }

    fn spread(&self, accounts: usize, deposits: usize) -> BoxFuture<'_, Done> {
        let accounts = (0..accounts).map(|account| self.id(account)).collect();
        let command = DepositEverywhere { accounts, amount: 1, times: deposits };
        async move { done(self.executor.execute(command).await) }.boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        async move { done(self.executor.execute(Deposit { account: self.id(account), amount: 1 }).await) }.boxed()
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        async move {
            let transfer = Transfer { from: self.id(from), to: self.id(to), amount: 1 };
            done(self.executor.execute(transfer).await)
        }
        .boxed()
    }

    fn replay(&self, account: usize) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let loaded = self.executor.load(&self.id(account)).await?.ok_or("an account is not there")?;
            cents(loaded.balance)
        }
        .boxed()
    }

    fn catch_up(&self) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let store = self.executor.store().clone();
            let (head, total) = (store.head().await?, InMemory::new(Total::default()));
            let view = total.view();
            let projector = Projector::builder(store).run(total).start()?;
            projector.wait_for(head).await?;
            let sum = cents(view.read(|total| total.money));
            projector.shutdown().await;
            sum
        }
        .boxed()
    }

    fn audit(&self, accounts: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move {
            let audit = match self.place {
                Place::Postgres => books::audit_table(&self.url, "foldline.events").await?,
                Place::Sqlite => books::audit_file(&self.url, books::OF_EVENTS, true).await?,
                Place::Memory => self.read_log().await?,
            };
            // What callers are told must be what the log says.
            for account in 0..accounts.min(audit.accounts.len()) {
                let loaded = self.executor.load(&self.id(account)).await?.ok_or("an account is not there")?;
                let told = (cents(loaded.balance)?, loaded.version());
                if audit.accounts.get(account).is_none_or(|tally| (tally.balance, tally.events) != told) {
                    return Err(format!("account {account} is loaded as {told:?}").into());
                }
            }
            Ok(audit)
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.executor.shutdown().boxed()
    }
}
