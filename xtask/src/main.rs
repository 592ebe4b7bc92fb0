//! The commands of this project: `cargo xtask --help` lists them.

mod bench;
mod book;
mod ci;
mod floors;
mod ops;
mod postgres;
mod profile;
mod program;
mod seen;
mod shell;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::shell::Done;

/// The commands of this project.
///
/// `cargo xtask test` is what a change must pass before it is proposed; `cargo xtask ci` is all that is checked
/// afterwards.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run all tests, those in the documentation and the book included
    Test(test::Args),
    /// Run every check that a change has to pass, and say how long each took
    Ci(ci::Args),
    /// Check that imports run downwards, and in no circle
    Floors,
    /// Build the book, and check that no link in it or in the papers is dead
    Book(book::Args),
    /// Check the alert rules, and a scrape of a bank, with Prometheus' own promtool
    Ops,
    /// Run the benches
    Bench(bench::Args),
    /// Look where a workload spends its time, what a command allocates, and how many instructions it needs
    Profile(profile::Args),
    /// Keep a log under a steady load, and check that neither memory nor latency grow
    Soak(program::Args),
    /// Torment a log on PostgreSQL or SQLite from many processes, and check that it kept its promises
    Torture(program::Args),
}

fn main() -> ExitCode {
    let done: Done = match Cli::parse().command {
        Task::Test(args) => test::run(&args),
        Task::Ci(args) => ci::run(&args),
        Task::Floors => floors::run(),
        Task::Book(args) => book::run(&args),
        Task::Ops => ops::run(),
        Task::Bench(args) => bench::run(&args),
        Task::Profile(args) => profile::run(&args),
        Task::Soak(args) => program::run("soak", &[], &args),
        Task::Torture(args) => program::run("torture", &["run"], &args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("\nerror: {fault}");
            ExitCode::FAILURE
        }
    }
}
