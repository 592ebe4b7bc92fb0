//! One round of one system: an empty database, accounts, a warm-up, the load, and the check.

use std::{sync::Arc, time::Duration};

use foldline::testing::TempFolder;
use tokio::time::timeout;

use crate::{
    bank::{Bank, Fault, Place, System},
    cluster::{Cluster, Database},
    drive::{Load, Measured, Until, drive},
    ledger::Ledger,
    table::Round,
};

/// How long a round may take beside its load: setting up and checking included. A system that hangs ends here.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs it to its end, whatever that is.
pub(crate) async fn round(system: &dyn System, cluster: &Cluster, load: Load) -> Round {
    match fresh(system, cluster, load).await {
        Ok(round) => round,
        Err(fault) => Round::broken(fault.to_string()),
    }
}

async fn fresh(system: &dyn System, cluster: &Cluster, load: Load) -> Result<Round, Fault> {
    match system.place() {
        Place::Memory => return patiently(on(system, Database::none(), load), load).await,
        Place::Sqlite => {
            let folder = TempFolder::fresh()?;
            let file = folder.file("log.db").to_str().ok_or("a folder that is not UTF-8")?.to_owned();
            return patiently(on(system, Database::at(&file), load), load).await;
        }
        Place::Postgres => {}
    }
    let database = cluster.fresh().await?;
    let round = patiently(on(system, database.clone(), load), load).await;
    cluster.remove(database).await?;
    round
}

async fn patiently(work: impl Future<Output = Result<Round, Fault>>, load: Load) -> Result<Round, Fault> {
    let measured = if let Until::Seconds(seconds) = load.until { seconds } else { 0.0 };
    let patience = PATIENCE + Duration::from_secs_f64(measured);
    timeout(patience, work).await.unwrap_or_else(|_| Err(format!("no end within {patience:?}").into()))
}

async fn on(system: &dyn System, database: Database, load: Load) -> Result<Round, Fault> {
    let bank = system.open(database, load.workload.accounts()).await?;
    let ledger = Arc::new(Ledger::new(load.workload.accounts()));
    ledger.open(&*bank, load.workload.history()).await?;
    let measured = warm_and_drive(&bank, load, &ledger).await?;
    let audit = bank.audit(load.workload.accounts()).await?;
    let verdict = ledger.compare(&audit);
    bank.close().await;
    Ok(Round::of(&measured, verdict))
}

/// The load, after a little of it that does not count: connections are open then, and statements prepared.
async fn warm_and_drive(bank: &Arc<dyn Bank>, load: Load, ledger: &Arc<Ledger>) -> Result<Measured, Fault> {
    warm(bank, load, ledger).await?;
    drive(bank, load, ledger).await
}

/// A little of a load.
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
