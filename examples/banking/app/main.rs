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
use foldline::Executor;
use support::{
    Done, Opened, StoreArgs, end,
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
    #[command(flatten)]
    Work(Work),
    #[command(flatten)]
    Look(Look),
}

// What the read models are kept for.
#[derive(Debug, Subcommand)]
enum Work {
    /// Tell a story about two people and their bank; without a command and a store, this is what happens
    Demo,
    /// Serve the bank over HTTP
    Serve(ServeArgs),
    /// Move money between random accounts, and say how fast that was
    Load(BankLoad),
    /// List the accounts and what they hold
    Accounts,
}

// Whoever only looks at the log starts no read model: one in rows would be taken from those who serve.
#[derive(Debug, Subcommand)]
enum Look {
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
    let task = store.task(task, Task::Work(Work::Demo))?;
    // Before the store is opened, for it looks once whether anybody listens.
    if matches!(task, Task::Work(Work::Serve(_))) {
        metrics();
    }
    let usual = if matches!(task, Task::Work(Work::Demo | Work::Load(_))) { None } else { Some(USUAL) };
    let opened = store.open(usual).await?;
    match task {
        Task::Work(work) => work.run(&Bank::new(opened.executor())?, &opened).await,
        Task::Look(look) => look.run(&opened.executor()).await,
    }
}

impl Work {
    async fn run(self, bank: &Bank, opened: &Opened) -> Done {
        match self {
            Self::Demo => demo::tell(bank, opened).await?,
            Self::Serve(arguments) => return Ok(serve(arguments, api::api(bank)?).await?),
            Self::Load(arguments) => arguments.run(bank).await?,
            Self::Accounts => {
                bank.service.caught_up().await?;
                bank.list();
            }
        }
        Ok(bank.service.stop().await?)
    }
}

impl Look {
    async fn run(self, executor: &Executor) -> Done {
        match self {
            Self::History { account, at } => {
                let show = |account: &banking::Account| format!("{} in the account", account.balance);
                Ok(history(executor, &account, at, show).await?)
            }
            Self::Log(arguments) => arguments.print(executor).await,
        }
    }
}
