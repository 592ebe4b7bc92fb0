//! A shop that one can run: `cargo run -p ecommerce` tells its story, `cargo run -p ecommerce -- --help` says what else there is.

mod api;
mod demo;
mod load;
mod shop;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ecommerce::OrderId;
use foldline::Executor;
use support::{
    Done, Opened, StoreArgs, end,
    http::{ServeArgs, metrics, serve},
    log::{LogArgs, history},
};

use self::{load::ShopLoad, shop::Shop};

/// Where the shop keeps its log, unless it is told otherwise.
const USUAL: &str = "sqlite:shop.db";

/// A shop that keeps what happened.
#[derive(Debug, Parser)]
#[command(
    after_help = "Without --store, the log is the file shop.db here; demo and load take one in a temporary folder."
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
    /// Tell a story about a pot that everybody wants; without a command and a store, this is what happens
    Demo,
    /// Serve the shop over HTTP
    Serve(ServeArgs),
    /// Order random products, and say how fast that was
    Load(ShopLoad),
    /// List the products, and how many there are of each
    Products,
}

// Whoever only looks at the log starts no read model: one in rows would be taken from those who serve.
#[derive(Debug, Subcommand)]
enum Look {
    /// Show what happened to an order
    History {
        /// Its number
        order: OrderId,
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
        Task::Work(work) => work.run(&Shop::new(opened.executor())?, &opened).await,
        Task::Look(look) => look.run(&opened.executor()).await,
    }
}

impl Work {
    async fn run(self, shop: &Shop, opened: &Opened) -> Done {
        match self {
            Self::Demo => demo::tell(shop, opened).await?,
            Self::Serve(arguments) => return Ok(serve(arguments, api::api(shop)?).await?),
            Self::Load(arguments) => arguments.run(shop).await?,
            Self::Products => {
                shop.service.caught_up().await?;
                shop.list();
            }
        }
        Ok(shop.service.stop().await?)
    }
}

impl Look {
    async fn run(self, executor: &Executor) -> Done {
        match self {
            Self::History { order, at } => {
                let show = |order: &ecommerce::Order| format!("{:?}, {} in all", order.status, order.total);
                Ok(history(executor, &order, at, show).await?)
            }
            Self::Log(arguments) => arguments.print(executor).await,
        }
    }
}
