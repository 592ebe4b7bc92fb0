//! What a process does that measures one system, once.

use std::sync::Arc;

use crate::{
    bank::{Bank, Fault, System},
    cluster::Database,
    drive::{Load, Measured, Until, drive},
    ledger::Ledger,
    process::{Told, reply, wait_for_go},
};

/// Sets the system up, opens accounts, warms up, and measures when it is told to; then reads the log and compares.
pub(crate) async fn alone(system: &dyn System, database: Database, load: Load) -> Result<(), Fault> {
    let accounts = load.workload.accounts();
    let bank = system.open(database, accounts).await?;
    let ledger = Arc::new(Ledger::new(accounts));
    ledger.open(&*bank, load.workload.history()).await?;
    let measured = measure(&bank, load, &ledger).await?;
    let wrong = ledger.compare(&bank.audit(accounts).await?).err();
    bank.close().await;
    hand_back(measured, &ledger, wrong)
}

/// One among several on accounts that are there: whoever opened them compares.
pub(crate) async fn together(system: &dyn System, database: Database, load: Load) -> Result<(), Fault> {
    let bank = system.open(database, load.workload.accounts()).await?;
    let ledger = Arc::new(Ledger::new(load.workload.accounts()));
    let measured = measure(&bank, load, &ledger).await?;
    bank.close().await;
    hand_back(measured, &ledger, None)
}

async fn measure(bank: &Arc<dyn Bank>, load: Load, ledger: &Arc<Ledger>) -> Result<Measured, Fault> {
    warm(bank, load, ledger).await?;
    reply("ready");
    wait_for_go()?;
    let measured = drive(bank, load, ledger).await?;
    // What was used meanwhile is looked at from outside.
    reply("done");
    wait_for_go()?;
    Ok(measured)
}

fn hand_back(measured: Measured, ledger: &Ledger, wrong: Option<String>) -> Result<(), Fault> {
    reply(&serde_json::to_string(&Told { measured, page: ledger.page(), wrong })?);
    Ok(())
}

/// A little of a load that does not count: connections are open then, and statements prepared.
pub(crate) async fn warm(bank: &Arc<dyn Bank>, load: Load, ledger: &Arc<Ledger>) -> Result<(), Fault> {
    let until = match load.until {
        Until::Seconds(seconds) => Until::Seconds((seconds / 5.0).min(0.5)),
        Until::Commands(commands) => Until::Commands((commands / 5).max(1)),
    };
    let warm_up = drive(bank, Load { until, seed: !load.seed, ..load }, ledger).await?;
    match warm_up.first_failure {
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}
