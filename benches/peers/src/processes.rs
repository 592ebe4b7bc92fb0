//! Foldline in processes of their own, on one database.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    bank::{Fault, System},
    cluster::{Cluster, Database},
    cpu,
    drive::{Load, Measured, Until, drive},
    ledger::{Ledger, Page},
    round::warm,
    systems::FOLDLINE,
    table::Round,
    workload::Workload,
};

/// What a process hands back.
#[derive(Serialize, Deserialize)]
struct Report {
    measured: Measured,
    page: Page,
}

/// So many processes on the same accounts, which share the concurrency. One check for all.
pub(crate) async fn processes(cluster: &Cluster, count: usize, load: Load) -> Round {
    match run(cluster, count, load).await {
        Ok(round) => round,
        Err(fault) => Round::broken(fault.to_string()),
    }
}

async fn run(cluster: &Cluster, count: usize, load: Load) -> Result<Round, Fault> {
    let database = cluster.fresh().await?;
    let accounts = load.workload.accounts();
    let bank = FOLDLINE.open(database.clone(), accounts).await?;
    let ledger = Ledger::new(accounts);
    ledger.open(&*bank, load.workload.history()).await?;

    let share = Load { concurrency: load.concurrency / count, ..load };
    let mut processes = Vec::new();
    for nth in 0..count {
        let seed = load.seed * 100 + nth as u64;
        processes.push(Process::start(&database.url, Load { seed, ..share })?);
    }
    // Whoever is ready waits for the others.
    processes.iter_mut().try_for_each(Process::wait_until_ready)?;
    let before = cpu::now();
    processes.iter_mut().try_for_each(Process::go)?;
    let mut all: Option<Measured> = None;
    for process in processes {
        let report = process.report()?;
        ledger.add(&report.page);
        match &mut all {
            Some(all) => all.join(report.measured),
            None => all = Some(report.measured),
        }
    }
    let mut all = all.unwrap_or_default();
    // Each process tells its own; the server is ours to watch.
    all.cpu.server = (cpu::now() - before).server;
    let verdict = ledger.compare(&bank.audit(accounts).await?);
    bank.close().await;
    cluster.remove(database).await?;
    Ok(Round::of(&all, verdict))
}

struct Process {
    child: Child,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Process {
    fn start(url: &str, load: Load) -> Result<Self, Fault> {
        let Until::Seconds(seconds) = load.until else { return Err("processes are measured by the clock".into()) };
        let mut command = Command::new(env::current_exe()?);
        command.args(["--child", url, "--workload", load.workload.name()]);
        command.args(["--concurrency", &load.concurrency.to_string(), "--seconds", &seconds.to_string()]);
        command.args(["--seed", &load.seed.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take().ok_or("a process without an input")?;
        let replies = BufReader::new(child.stdout.take().ok_or("a process without an output")?);
        Ok(Self { child, orders, replies })
    }

    fn wait_until_ready(&mut self) -> Result<(), Fault> {
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        if line.trim() == "ready" { Ok(()) } else { Err(format!("a process is not ready: {line}").into()) }
    }

    fn go(&mut self) -> Result<(), Fault> {
        Ok(writeln!(self.orders, "go")?)
    }

    fn report(mut self) -> Result<Report, Fault> {
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        self.child.wait()?;
        Ok(serde_json::from_str(&line).map_err(|fault| format!("a process ended with `{line}`: {fault}"))?)
    }
}

/// What such a process does.
pub(crate) async fn child(url: &str, load: Load) -> Result<(), Fault> {
    let accounts = load.workload.accounts();
    let bank = FOLDLINE.open(Database::at(url), accounts).await?;
    let ledger = Arc::new(Ledger::new(accounts));
    warm(&bank, load, &ledger).await?;
    println!("ready");
    let mut order = String::new();
    std::io::stdin().read_line(&mut order)?;
    let measured = drive(&bank, load, &ledger).await?;
    bank.close().await;
    println!("{}", serde_json::to_string(&Report { measured, page: ledger.page() })?);
    Ok(())
}

/// 100 tasks with 100 requests each, on one core: the server, too. `Err` if it cannot be told.
pub(crate) fn pinned(seed: u64) -> Result<Round, Fault> {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(env::current_exe()?).args(["--pinned", "--seed", &seed.to_string()]);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|fault| format!("`taskset` does not run: {fault}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let (measured, wrong): (Measured, Option<String>) =
        serde_json::from_str(said.trim()).map_err(|fault| format!("it ended with `{said}`: {fault}"))?;
    Ok(Round::of(&measured, wrong.map_or(Ok(()), Err)))
}

/// What the pinned process does: it has a server of its own, which inherits its core.
pub(crate) async fn pinned_child(seed: u64) -> Result<(), Fault> {
    let cluster = Cluster::start(None).await?;
    let load = hundred(seed);
    let bank = FOLDLINE.open(cluster.fresh().await?, load.workload.accounts()).await?;
    let ledger = Arc::new(Ledger::new(load.workload.accounts()));
    ledger.open(&*bank, 0).await?;
    warm(&bank, load, &ledger).await?;
    let measured = drive(&bank, load, &ledger).await?;
    let verdict = ledger.compare(&bank.audit(load.workload.accounts()).await?);
    bank.close().await;
    println!("{}", serde_json::to_string(&(measured, verdict.err()))?);
    Ok(())
}

/// 100 tasks with 100 requests each, on 1,000 accounts.
pub(crate) fn hundred(seed: u64) -> Load {
    Load { workload: Workload::W1, concurrency: 100, until: Until::Commands(100), seed }
}
