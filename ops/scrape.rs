//! A day at a bank, on a PostgreSQL server of its own, and what Prometheus would see of it: `cargo xtask ops` looks it through.

#[path = "../benches/shared/mod.rs"]
mod shared;

use std::time::Duration;

use foldline::{
    PostgresOptions, PostgresStore, metrics,
    prelude::*,
    testing::{TempSchema, temp_postgres::TempPostgres},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use shared::{AccountEvent, AccountId, Fault, Open, Transfer, told};

/// How much money the bank has.
#[derive(Debug, Clone, Default)]
struct Total(u64);

#[projection(name = "total", ignore(AccountEvent::Opened))]
impl Total {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, _: AccountId, amount: u64) {
        self.0 += amount;
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, _: AccountId, amount: u64) {
        self.0 -= amount;
    }
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    // Before the store and the executor: they look once whether somebody listens.
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), metrics::SECONDS_BUCKETS)?
        .set_buckets_for_metric(Matcher::Full(metrics::BATCH_COMMITS.name.into()), metrics::COMMITS_BUCKETS)?
        .install_recorder()?;

    let server = TempPostgres::start()?;
    let log = TempSchema::on(&server);
    let options = PostgresOptions::production().schema(log.to_string());
    let store = PostgresStore::connect_with(server.url(), options).await?;
    let projector = Projector::builder(store.clone()).run(InMemory::new(Total::default())).start()?;
    let bank = Executor::new(store);

    let opened = (0..100).map(|number| Open { account: AccountId::numbered(number), deposit: 1_000 });
    for done in bank.execute_all(opened.collect::<Vec<_>>()).await {
        done.map_err(|error| told(&error))?;
    }
    // Two of these are one too many for the account in their middle.
    for number in 1..100 {
        for to in [number - 1, (number + 1) % 100] {
            let (from, to) = (AccountId::numbered(number), AccountId::numbered(to));
            match bank.execute(Transfer { from, to, amount: 900 }).await {
                Ok(_) | Err(ExecuteError::Rejected(_)) => {}
                Err(error) => return Err(told(&error)),
            }
        }
    }
    // What is looked up once a second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    prometheus.run_upkeep();
    print!("{}", prometheus.render());
    eprintln!("{}", bank.stats());
    projector.shutdown().await;
    bank.shutdown().await;
    Ok(())
}
