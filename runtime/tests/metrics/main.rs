//! What a recorder gets to see. Only one can be installed in a process, and so one program tests all of it.

#![expect(clippy::panic, reason = "this is how a test fails")]

#[path = "../common/mod.rs"]
mod common;

mod added_up;
mod behind;
mod every_metric;
mod prometheus;
mod seen;

use std::time::{Duration, Instant};

use foldline_runtime::{CacheSize, Executor, PostgresOptions, PostgresStore, testing::temp_postgres::TempPostgres};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use tokio::task::JoinHandle;

use self::common::{commands::add, name};

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Done = Result<(), Failure>;

/// Looks until it is so, for longer than anything here takes.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> Result<bool, Failure>) -> Done {
    let began = Instant::now();
    while !is_so().await? {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(format!("{what} did not come about").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A bank on a server, and who is there beside it.
struct Bank {
    store: PostgresStore,
    bank: Executor,
    /// Another process, as far as the store can tell.
    other: Executor,
    /// A connection beside the store's.
    beside: PgConnection,
}

impl Bank {
    async fn open(server: &TempPostgres) -> Result<Self, Failure> {
        let options = || PostgresOptions::production().schema("watched").connections(1, 2);
        let store = PostgresStore::connect_with(server.url(), options()).await?;
        let bank = Executor::builder(store.clone()).cache(CacheSize::streams(64).bytes(1)).build();
        let other =
            Executor::new(PostgresStore::connect_with(server.url(), options().application_name("other")).await?);
        let beside = server.url().parse::<PgConnectOptions>()?.disable_statement_logging().connect().await?;
        Ok(Self { store, bank, other, beside })
    }

    async fn sql(&mut self, sql: &'static str) -> Done {
        Ok(sqlx::raw_sql(sql).execute(&mut self.beside).await.map(drop)?)
    }

    fn deposit(&self, on: &'static str) -> JoinHandle<Done> {
        let bank = self.bank.clone();
        tokio::spawn(async move { Ok(bank.execute(add(&name(on), 1)).await.map(drop)?) })
    }
}
