//! A day at the bank, on a PostgreSQL server of its own, and what Prometheus would see of it.

use std::{error::Error, time::Duration};

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, TheBank, Transfer};
use foldline::{
    PostgresOptions, PostgresStore, metrics,
    prelude::*,
    testing::{TempSchema, temp_postgres::TempPostgres},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

/// How much money the bank has.
#[derive(Debug, Clone, Default)]
struct Total(Money);

#[projection(name = "total", ignore(AccountEvent::Opened, AccountEvent::Closed))]
impl Total {
    #[on(AccountEvent::Deposited, AccountEvent::InterestPaid)]
    fn deposited(&mut self, _: AccountId, amount: Money) {
        self.0 += amount;
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, _: AccountId, amount: Money) {
        self.0 -= amount;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
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

    let accounts: Vec<AccountId> = (0..100).map(|n| format!("account-{n}").parse()).collect::<Result<_, _>>()?;
    let opened = accounts.iter().map(|account| Ok(Open { account: account.clone(), owner: "Ada Lovelace".parse()? }));
    let opened: Vec<Open> = opened.collect::<Result<_, Box<dyn Error>>>()?;
    for done in bank.execute_all(opened).await {
        done?;
    }
    let paid_in =
        accounts.iter().map(|account| Deposit { account: account.clone(), bank: TheBank, amount: Money::cents(1_000) });
    for done in bank.execute_all(paid_in).await {
        done?;
    }
    for pair in accounts.windows(2) {
        let [from, to] = pair else { continue };
        let transfer = Transfer { from: from.clone(), to: to.clone(), bank: TheBank, amount: Money::cents(600) };
        match bank.execute(transfer).await {
            Ok(_) | Err(ExecuteError::Rejected(BankError::InsufficientFunds)) => {}
            Err(error) => return Err(error.into()),
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
