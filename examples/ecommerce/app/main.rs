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
use support::{
    Done, StoreArgs, end,
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
    /// Tell a story about a pot that everybody wants; without a command, this is what happens
    Demo,
    /// Serve the shop over HTTP
    Serve(ServeArgs),
    /// Order random products, and say how fast that was
    Load(ShopLoad),
    /// List the products, and how many there are of each
    Products,
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
    let task = task.unwrap_or(Task::Demo);
    // Before the store is opened, for it looks once whether anybody listens.
    if matches!(task, Task::Serve(_)) {
        metrics();
    }
    let usual = if matches!(task, Task::Demo | Task::Load(_)) { None } else { Some(USUAL) };
    let opened = store.open(usual).await?;
    let shop = Shop::new(opened.executor())?;
    match task {
        Task::Demo => demo::tell(&shop, &opened).await?,
        Task::Serve(arguments) => return Ok(serve(arguments, api::api(&shop)?).await?),
        Task::Load(arguments) => arguments.run(&shop).await?,
        Task::Products => {
            shop.service.caught_up().await?;
            shop.list();
        }
        Task::History { order, at } => {
            let show = |order: &ecommerce::Order| format!("{:?}, {} in all", order.status, order.total);
            history(&shop.service.executor, &order, at, show).await?;
        }
        Task::Log(arguments) => arguments.print(&shop.service.executor).await?,
    }
    Ok(shop.service.stop().await?)
}
