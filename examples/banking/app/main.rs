//! A bank that one can run: `cargo run -p banking` tells its story, `cargo run -p banking -- --help` says what else there is.

mod api;
mod bank;
mod books;
mod demo;
mod load;
mod statements;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use banking::AccountId;
use clap::{Parser, Subcommand};
use support::{
    Done, StoreArgs, end,
    http::{ServeArgs, metrics, serve},
    log::{LogArgs, history},
};

use self::{bank::Bank, load::BankLoad};

/// Where the bank keeps its log, unless it is told otherwise.
const USUAL: &str = "sqlite:bank.db";

/// A bank that keeps what happened.
#[derive(Debug, Parser)]
#[command(
    after_help = "Without --store, the log is the file bank.db here; demo and load take one in a temporary folder."
)]
struct Arguments {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Tell a story about two people and their bank; without a command, this is what happens
    Demo,
    /// Serve the bank over HTTP
    Serve(ServeArgs),
    /// Move money between random accounts, and say how fast that was
    Load(BankLoad),
    /// List the accounts and what they hold
    Accounts,
    /// Show what happened to an account
    History {
        /// Its name
        account: AccountId,
        /// Only up to this version of it
        #[arg(long, value_name = "VERSION")]
        at: Option<u64>,
    },
    /// Show all that happened, in order
    Log(LogArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    end(run(Arguments::parse()).await)
}

async fn run(Arguments { store, task }: Arguments) -> Done {
    let task = task.unwrap_or(Task::Demo);
    // Before the store is opened, for it looks once whether anybody listens.
    if matches!(task, Task::Serve(_)) {
        metrics();
    }
    let usual = if matches!(task, Task::Demo | Task::Load(_)) { None } else { Some(USUAL) };
    let opened = store.open(usual).await?;
    let bank = Bank::new(opened.executor())?;
    match task {
        Task::Demo => demo::tell(&bank, &opened).await?,
        Task::Serve(arguments) => return Ok(serve(arguments, api::api(&bank)?).await?),
        Task::Load(arguments) => arguments.run(&bank).await?,
        Task::Accounts => {
            bank.service.caught_up().await?;
            bank.list();
        }
        Task::History { account, at } => {
            let show = |account: &banking::Account| format!("{} in the account", account.balance);
            history(&bank.service.executor, &account, at, show).await?;
        }
        Task::Log(arguments) => arguments.print(&bank.service.executor).await?,
    }
    Ok(bank.service.stop().await?)
}
