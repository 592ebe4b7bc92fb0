//! Torments a log on PostgreSQL or in a SQLite file, and checks that it kept its promises: `cargo xtask torture` runs this.
//!
//! One process supervises. It starts others that execute random commands on one log and write down what they were answered,
//! kills them, their connections and their server meanwhile, and has the history checked in the end, or when it is interrupted.

mod act;
mod bank;
mod client;
mod clock;
mod database;
mod draw;
mod fault;
mod file;
mod ground;
mod history;
mod proxy;
mod report;
mod run;
mod tail;
mod team;

use std::{error::Error, process::ExitCode};

use clap::Parser;

/// What goes wrong with the torture itself, in words.
type Failure = Box<dyn Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "torture", bin_name = "cargo xtask torture")]
enum Role {
    /// Torments a log, and checks what came of it
    Run(run::Args),
    /// Executes commands: what `run` starts
    #[command(hide = true)]
    Client(client::Args),
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| match Role::parse() {
        Role::Run(args) => runtime.block_on(run::run(args)),
        Role::Client(args) => runtime.block_on(client::run(args)).map(|()| ExitCode::SUCCESS),
    });
    done.unwrap_or_else(|failure| {
        eprintln!("error: {failure}");
        ExitCode::FAILURE
    })
}
