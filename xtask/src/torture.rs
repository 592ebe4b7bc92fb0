//! `cargo xtask torture`: many processes on one log, everything done to them, and what came of it checked.

use std::ffi::OsString;

use crate::{
    postgres,
    shell::{Done, cargo, run as call},
};

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Handed on to the torture, which has a `--help` of its own: `--store`, `--commands`, `--faults`, `--seed`,
    /// `--url`, …
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// A program of its own: what speaks to databases would make every other command of this project slow to build.
pub(crate) fn run(args: &Args) -> Done {
    let own_server = !args.options.iter().any(|option| {
        let elsewhere = |option: &str| option.starts_with("--url") || option.ends_with("sqlite");
        option.to_str().is_some_and(|option| elsewhere(option) || option == "--help" || option == "-h")
    });
    if own_server {
        postgres::ensure(false)?;
    }
    call(cargo(["run", "--release", "--package", "torture", "--", "run"]).args(&args.options))
}
