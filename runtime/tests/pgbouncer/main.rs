//! The store on PostgreSQL behind a PgBouncer in transaction mode: the whole conformance suite with `.pooled(true)`, and
//! what it is told without.
//!
//! These tests need PgBouncer, which not every machine has: they are ignored until `cargo xtask test` finds it, or
//! `cargo xtask test --install` installs it, and runs them.

mod told;

use std::sync::{Mutex, OnceLock, PoisonError};

use foldline_runtime::{
    PostgresOptions, PostgresStore,
    testing::{
        TempPooler,
        contract::Subject,
        temp_postgres::{TempPostgres, TempPostgresError},
    },
};

/// The server that these tests share, and the pooler in front of it.
fn shared() -> Result<&'static (TempPooler, TempPostgres), TempPostgresError> {
    static SHARED: OnceLock<(TempPooler, TempPostgres)> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = SHARED.get() {
        return Ok(running);
    }
    let server = TempPostgres::start_private()?;
    let pooler = TempPooler::in_front_of(&server)?;
    Ok(SHARED.get_or_init(|| (pooler, server)))
}

async fn open() -> Subject {
    let (pooler, server) = shared().unwrap_or_else(|error| unreachable!("{error}"));
    let options = PostgresOptions::development().schema(server.fresh_schema()).pooled(true);
    let connect = move || {
        let options = options.clone();
        async move {
            let connected = PostgresStore::connect_with(pooler.url(), options).await;
            connected.unwrap_or_else(|error| unreachable!("{error:?}"))
        }
    };
    Subject::new(connect().await).reopening(connect)
}

foldline_runtime::store_contract!(open, ignore = "needs PgBouncer: `cargo xtask test --install`");
