//! disintegrate 4, through its decision maker on its store on PostgreSQL.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use disintegrate::{
    DecisionError, EventStore, NoSnapshot, PersistedEvent, StateMutate, StateQuery, StreamItem, serde::json::Json,
};
use disintegrate_postgres::{Error, PgDecisionMaker, PgEventId, PgEventStore, PgSnapshotter, WithPgSnapshot};
use futures_util::{
    TryStreamExt,
    future::{BoxFuture, FutureExt},
};
use sqlx_of_peers::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    books,
    disintegrate_bank::{Account, AccountEvent, Deposit, Open, Refused, Transfer},
    retry::{Again, retrying},
};
use crate::{
    bank::{Audit, Bank, Done, Fault, OWNER, START, System, account_name},
    cluster::Database,
    workload::Workload,
};

/// disintegrate, with snapshots or without.
pub(crate) struct Disintegrate {
    name: &'static str,
    about: &'static str,
    snapshots: bool,
}

impl Disintegrate {
    pub(crate) const USUAL: Self = Self {
        name: "disintegrate",
        about: "`decision_maker(PgEventStore, NoSnapshot)` on a pool of 10 connections; a conflict ends in an error, and the driver tries again at once, up to 1,000 times",
        snapshots: false,
    };
    pub(crate) const SNAPSHOTS: Self = Self {
        name: "disintegrate-snapshots",
        about: "the same with `PgSnapshotter`, every 100 events",
        snapshots: true,
    };
}

impl System for Disintegrate {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn cannot(&self, workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::W5b => None,
            _ if self.snapshots => Some("as `disintegrate`: snapshots are for long streams"),
            Workload::W4b => Some("a decision's states are a tuple, and none has a hundred"),
            _ => None,
        }
    }

    fn note(&self, workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::W4 => Some("checked as any decision is; it can also append unchecked, which is faster"),
            Workload::W6 => Some("one query over the log, without a checkpoint"),
            _ => None,
        }
    }

    fn open(&self, database: Database, _: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            let pool = prepared(&database.url).await?;
            let store = PgEventStore::new_uninitialized(pool.clone(), Json::default());
            let maker = if self.snapshots {
                let snapshots = PgSnapshotter::try_new(pool, 100).await?;
                Maker::Snapshots(disintegrate_postgres::decision_maker(store.clone(), WithPgSnapshot::new(snapshots)))
            } else {
                Maker::Plain(disintegrate_postgres::decision_maker(store.clone(), NoSnapshot))
            };
            Ok(Arc::new(DisintegrateBank { maker, store, url: database.url, retried: AtomicU64::new(0) })
                as Arc<dyn Bank>)
        }
        .boxed()
    }
}

/// Its tables, also on servers before 16: one of its functions has a number in hexadecimal, which those do not read. There it
/// is created unread, and that number spelled as they read it.
async fn prepared(url: &str) -> Result<PgPool, Fault> {
    let options: PgConnectOptions = url.parse()?;
    let unread = options.clone().options([("check_function_bodies", "off")]);
    let setting_up = PgPoolOptions::new().max_connections(1).connect_with(unread).await?;
    PgEventStore::<AccountEvent, _>::try_new(setting_up.clone(), Json::default()).await?;
    let spelled = "do $$ begin
            if current_setting('server_version_num')::int < 160000 then
                execute replace(pg_get_functiondef('event_store_begin_epoch'::regproc), '0xFFFFFFFF', '4294967295');
            end if;
        end $$";
    sqlx_of_peers::raw_sql(spelled).execute(&setting_up).await?;
    setting_up.close().await;
    Ok(PgPool::connect_with(options).await?)
}

type Store = PgEventStore<AccountEvent, Json<AccountEvent>>;
type Made = Result<Vec<PersistedEvent<PgEventId, AccountEvent>>, DecisionError<Refused>>;

/// Its type says whether it takes snapshots.
enum Maker {
    Plain(PgDecisionMaker<AccountEvent, Json<AccountEvent>, NoSnapshot>),
    Snapshots(PgDecisionMaker<AccountEvent, Json<AccountEvent>, WithPgSnapshot>),
}

struct DisintegrateBank {
    maker: Maker,
    store: Store,
    url: String,
    retried: AtomicU64,
}

/// One decision, by whichever maker there is.
macro_rules! make {
    ($bank:expr, $decision:expr) => {
        retrying(&$bank.retried, || async {
            again(match &$bank.maker {
                Maker::Plain(maker) => maker.make($decision).await,
                Maker::Snapshots(maker) => maker.make($decision).await,
            })
        })
    };
}

/// A transaction that the server gave up, in whichever statement, is a conflict like any other.
fn again(result: Made) -> Again {
    let error = match result {
        Ok(_) => return Again::Done,
        Err(error) => error,
    };
    let conflict = match &error {
        DecisionError::StateStore(cause) => match cause.downcast_ref::<Error>() {
            Some(Error::Concurrency) => true,
            Some(Error::Database(cause)) => cause
                .as_database_error()
                .is_some_and(|cause| matches!(cause.code().as_deref(), Some("40001" | "40P01"))),
            _ => false,
        },
        _ => false,
    };
    if conflict { Again::Conflict } else { Again::Failed(format!("{error:?}")) }
}

impl DisintegrateBank {
    fn deposits(&self, account: usize, times: usize) -> BoxFuture<'_, Done> {
        async move { make!(self, Deposit { account: account_name(account), amount: 1, times }).await }.boxed()
    }
}

impl Bank for DisintegrateBank {
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            let open = || Open { account: account_name(account), owner: OWNER.into(), amount: START as i64 };
            make!(self, open()).await.must()?;
            // Nobody reads past a transaction that is still under way, not even what was acknowledged before.
            while self.replay(account).await? != START as i64 {
                tokio::task::yield_now().await;
            }
            Ok(())
        }
        .boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        self.deposits(account, deposits)
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        self.deposits(account, 1)
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        let transfer = move || Transfer { from: account_name(from), to: account_name(to), amount: 1 };
        async move { make!(self, transfer()).await }.boxed()
    }

    fn replay(&self, account: usize) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let mut state = Account::of(&account_name(account));
            let query = state.query();
            let mut events = self.store.stream(&query);
            while let Some(item) = events.try_next().await? {
                if let StreamItem::Event(event) = item {
                    state.mutate(event.into_inner());
                }
            }
            Ok(state.balance)
        }
        .boxed()
    }

    fn catch_up(&self) -> BoxFuture<'_, Result<i64, Fault>> {
        async move {
            let (query, mut total) = (disintegrate::query!(AccountEvent), 0);
            let mut events = self.store.stream(&query);
            while let Some(item) = events.try_next().await? {
                if let StreamItem::Event(event) = item {
                    total += event.into_inner().amount();
                }
            }
            Ok(total)
        }
        .boxed()
    }

    fn retried(&self) -> Option<u64> {
        Some(self.retried.load(Ordering::Relaxed))
    }

    fn audit(&self, _: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move {
            // It numbers no versions: they are places in a list. Its positions come from a sequence, and have gaps.
            let accounts = "select account_id, count(*), sum(coalesce((data -> 'Deposited' ->> 'amount')::bigint, 0)
                        - coalesce((data -> 'Withdrawn' ->> 'amount')::bigint, 0))::bigint, 1::bigint, count(*)
                from (select account_id, convert_from(payload, 'utf8')::json as data from event) events
                group by account_id order by account_id collate \"C\"";
            books::audit(&self.url, accounts, None).await
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {}.boxed()
    }
}
