//! One round of one system, or of several processes of it: an empty database, a load, and the check.

use std::time::Duration;

use foldline::testing::TempFolder;
use tokio::time::timeout;

use crate::{
    bank::{Fault, Place, System},
    cluster::Cluster,
    cpu,
    drive::{Load, Measured, Until},
    ledger::Ledger,
    process::{Process, Told},
    proxy::Proxy,
    systems::FOLDLINE,
    table::Round,
};

/// How long a round may take beside its load: setting up and checking included. A system that hangs ends here.
const PATIENCE: Duration = Duration::from_secs(240);

/// Runs it to its end, whatever that is; through a proxy, if there is one.
pub(crate) async fn round(system: &dyn System, cluster: &Cluster, load: Load, proxy: Option<&Proxy>) -> Round {
    let round = match system.place() {
        Place::Memory => patiently(load, alone(system, "", load, None)).await,
        Place::Sqlite => in_a_file(system, load).await,
        Place::Postgres => in_a_database(system, cluster, load, proxy).await,
    };
    round.unwrap_or_else(|fault| Round::broken(fault.to_string()))
}

async fn in_a_file(system: &dyn System, load: Load) -> Result<Round, Fault> {
    let folder = TempFolder::fresh()?;
    let file = folder.file("log.db");
    patiently(load, alone(system, file.to_str().ok_or("a folder that is not UTF-8")?, load, None)).await
}

async fn in_a_database(
    system: &dyn System,
    cluster: &Cluster,
    load: Load,
    proxy: Option<&Proxy>,
) -> Result<Round, Fault> {
    let database = cluster.fresh().await?;
    let url = proxy.map_or_else(|| Ok(database.url.clone()), |proxy| proxy.before(&database.url))?;
    let round = patiently(load, alone(system, &url, load, proxy)).await;
    cluster.remove(database).await?;
    round
}

async fn patiently(load: Load, work: impl Future<Output = Result<Round, Fault>>) -> Result<Round, Fault> {
    let measured = if let Until::Seconds(seconds) = load.until { seconds } else { 0.0 };
    let patience = PATIENCE + Duration::from_secs_f64(measured);
    timeout(patience, work).await.unwrap_or_else(|_| Err(format!("no end within {patience:?}").into()))
}

async fn alone(system: &dyn System, url: &str, load: Load, proxy: Option<&Proxy>) -> Result<Round, Fault> {
    let mut process = start(system.name(), url, load, "--alone")?;
    let (server, trips) = watched(std::slice::from_mut(&mut process), proxy).await?;
    let Told { mut measured, wrong, .. } = process.hand_back().await?;
    process.end().await?;
    (measured.cpu.server, measured.memory.server, measured.trips) = (server.0, server.1, trips);
    Ok(Round::of(&measured, load.workload, wrong.map_or(Ok(()), Err)))
}

/// So many processes of Foldline on the same accounts, which share the concurrency. One check for all.
pub(crate) async fn together(cluster: &Cluster, count: usize, load: Load) -> Round {
    let round = patiently(load, shared(cluster, count, load)).await;
    round.unwrap_or_else(|fault| Round::broken(fault.to_string()))
}

async fn shared(cluster: &Cluster, count: usize, load: Load) -> Result<Round, Fault> {
    let database = cluster.fresh().await?;
    let accounts = load.workload.accounts();
    let bank = FOLDLINE.open(database.clone(), accounts).await?;
    let ledger = Ledger::new(accounts);
    ledger.open(&*bank, load.workload.history()).await?;

    let share = |nth| Load { concurrency: load.concurrency / count, seed: load.seed * 100 + nth as u64, ..load };
    let processes = (0..count).map(|nth| start(FOLDLINE.name(), &database.url, share(nth), "--together"));
    let mut processes = processes.collect::<Result<Vec<_>, _>>()?;
    let (server, _) = watched(&mut processes, None).await?;
    let mut all: Option<Measured> = None;
    for mut process in processes {
        let told: Told = process.hand_back().await?;
        process.end().await?;
        ledger.add(&told.page);
        match &mut all {
            Some(all) => all.join(told.measured),
            None => all = Some(told.measured),
        }
    }
    let mut all = all.unwrap_or_default();
    (all.cpu.server, all.memory.server) = server;
    let verdict = ledger.compare(&bank.audit(accounts).await?);
    bank.close().await;
    cluster.remove(database).await?;
    Ok(Round::of(&all, load.workload, verdict))
}

fn start(system: &str, url: &str, load: Load, how: &str) -> Result<Process, Fault> {
    let Until::Seconds(seconds) = load.until else { return Err("a process is measured by the clock".into()) };
    let (concurrency, seconds, seed) = (load.concurrency.to_string(), seconds.to_string(), load.seed.to_string());
    Process::start(&[
        how,
        url,
        "--systems",
        system,
        "--workload",
        load.workload.name(),
        "--concurrency",
        &concurrency,
        "--seconds",
        &seconds,
        "--seed",
        &seed,
    ])
}

/// Lets processes go at the same time, and tells what the server used till the last was done, and how often it was asked.
async fn watched(processes: &mut [Process], proxy: Option<&Proxy>) -> Result<((f64, u64), Option<u64>), Fault> {
    for process in &mut *processes {
        process.hear("ready").await?;
    }
    let (before, asked) = (cpu::server(), proxy.map(Proxy::round_trips));
    for process in &mut *processes {
        process.go().await?;
    }
    for process in &mut *processes {
        process.hear("done").await?;
    }
    let used = (cpu::server() - before, cpu::server_memory());
    let trips = proxy.zip(asked).map(|(proxy, asked)| proxy.round_trips() - asked);
    for process in processes {
        process.go().await?;
    }
    Ok((used, trips))
}
