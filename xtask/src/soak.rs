//! `cargo xtask soak`: a steady load on one log, to see that nothing grows.

use std::ffi::OsString;

use crate::{
    postgres,
    shell::{Done, cargo, run as call},
};

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Handed on to the soak, which has a `--help` of its own: `--minutes`, `--store`, `--rate`, …
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// A program of its own, as the torture is, and for the same reason.
pub(crate) fn run(args: &Args) -> Done {
    let needs_server = !args.options.iter().any(|option| {
        option.to_str().is_some_and(|option| option.ends_with("sqlite") || option == "--help" || option == "-h")
    });
    if needs_server {
        postgres::ensure(false)?;
    }
    call(cargo(["run", "--release", "--package", "soak", "--"]).args(&args.options))
}
