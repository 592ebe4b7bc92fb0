//! `cargo xtask bench`: runs the benches of the face crate, or the comparison with other systems.

use crate::{
    seen,
    shell::{self, Done, cargo, root},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this bench, a file of benches/ by its name; all of them by default. May be given more than once
    #[arg(long = "bench", value_name = "NAME")]
    benches: Vec<String>,
    /// Measure beside other event stores instead: benches/peers, with all that it brings along from the registry
    #[arg(long, conflicts_with = "benches")]
    peers: bool,
    /// Measure what it costs that commands are counted, and exported, instead: builds without that, and runs both in turn
    #[arg(long, conflicts_with_all = ["benches", "peers"])]
    seen: bool,
    /// Handed on to criterion, or to the comparison: a filter, or options of its own; with `--seen`, how many rounds
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Done {
    if args.peers {
        // A workspace of its own, with a target folder of its own: nothing else is built for release.
        let mut run = cargo(["run", "--release", "--locked", "--manifest-path", "benches/peers/Cargo.toml", "--"]);
        return shell::run(run.args(&args.options));
    }
    if args.seen {
        return seen::run(&args.options);
    }
    let benches = if args.benches.is_empty() { all()? } else { args.benches.clone() };
    let mut cargo = cargo(["bench", "--package", "foldline", "--all-features"]);
    // By name: `--benches` would also run the test harness of the library, which does not know criterion's options.
    benches.iter().for_each(|bench| {
        cargo.args(["--bench", bench]);
    });
    shell::run(cargo.arg("--").args(&args.options))
}

fn all() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for entry in root().join("benches").read_dir().map_err(|fault| format!("no folder benches/: {fault}"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    if names.is_empty() { Err("no bench in benches/".into()) } else { Ok(names) }
}
