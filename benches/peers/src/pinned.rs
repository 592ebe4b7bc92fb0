//! 100 tasks with 100 requests each, on one core: the server, too.

use std::{
    env,
    process::{Command, Stdio},
    sync::Arc,
};

use crate::{
    bank::{Fault, System},
    child::warm,
    cluster::Cluster,
    drive::{Load, Measured, Until, drive},
    ledger::Ledger,
    systems::FOLDLINE,
    table::Round,
    workload::Workload,
};

/// In a process of its own. `Err` if it cannot be told.
pub(crate) fn pinned(seed: u64) -> Result<Round, Fault> {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(env::current_exe()?).args(["--pinned", "--seed", &seed.to_string()]);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|fault| format!("`taskset` does not run: {fault}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let (measured, wrong): (Measured, Option<String>) =
        serde_json::from_str(said.trim()).map_err(|fault| format!("it ended with `{said}`: {fault}"))?;
    Ok(Round::of(&measured, Workload::W1, wrong.map_or(Ok(()), Err)))
}

/// What that process does: it has a server of its own, which inherits its core.
pub(crate) async fn child(seed: u64) -> Result<(), Fault> {
    let cluster = Cluster::start(None).await?;
    let (measured, wrong) = hundred(&cluster, seed).await?;
    println!("{}", serde_json::to_string(&(measured, wrong))?);
    Ok(())
}

/// 100 tasks with 100 requests each, on 1,000 accounts, in this process; and what is wrong with the log.
pub(crate) async fn hundred(cluster: &Cluster, seed: u64) -> Result<(Measured, Option<String>), Fault> {
    let load = Load { workload: Workload::W1, concurrency: 100, until: Until::Commands(100), seed };
    let database = cluster.fresh().await?;
    let bank = FOLDLINE.open(database.clone(), load.workload.accounts()).await?;
    let ledger = Arc::new(Ledger::new(load.workload.accounts()));
    ledger.open(&*bank, 0).await?;
    warm(&bank, load, &ledger).await?;
    let measured = drive(&bank, load, &ledger).await?;
    let wrong = ledger.compare(&bank.audit(load.workload.accounts()).await?).err();
    bank.close().await;
    cluster.remove(database).await?;
    Ok((measured, wrong))
}
