//! Programs of their own: what speaks to databases would make every other command of this project slow to build.

use std::ffi::OsString;

use crate::{
    postgres,
    shell::{Done, cargo, run as call},
};

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Handed on to the program, which has a `--help` of its own
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    options: Vec<OsString>,
}

/// Runs the program of a package, once there is a server for it.
pub(crate) fn run(package: &str, begins_with: &[&str], Args { options }: &Args) -> Done {
    if needs_a_server(options) {
        postgres::ensure(false)?;
    }
    call(cargo(["run", "--release", "--package", package, "--"]).args(begins_with).args(options))
}

/// Unless it is told of another place, it starts one.
fn needs_a_server(options: &[OsString]) -> bool {
    let elsewhere = |option: &str| option.starts_with("--url") || option.ends_with("sqlite");
    let asks = |option: &str| matches!(option, "--help" | "-h");
    !options.iter().filter_map(|option| option.to_str()).any(|option| elsewhere(option) || asks(option))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_brings_a_place_or_only_asks_needs_no_server() {
        let needs = |line: &str| needs_a_server(&line.split_whitespace().map(OsString::from).collect::<Vec<_>>());
        assert!(needs("") && needs("--store postgres --commands 10"));
        for line in ["--store sqlite", "--store=sqlite", "--url postgres://db", "--url=postgres://db", "--help", "-h"] {
            assert!(!needs(line), "{line}");
        }
    }
}
