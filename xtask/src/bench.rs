//! `cargo xtask bench`: runs the benches of the face crate.

use crate::shell::{self, Done, cargo, root};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this bench, a file of benches/ by its name; all of them by default. May be given more than once
    #[arg(long = "bench", value_name = "NAME")]
    benches: Vec<String>,
    /// Handed on to criterion: a filter, or options of its own
    #[arg(last = true, value_name = "CRITERION")]
    criterion: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Done {
    let benches = if args.benches.is_empty() { all()? } else { args.benches.clone() };
    let mut cargo = cargo(["bench", "--package", "foldline", "--all-features"]);
    // By name: `--benches` would also run the test harness of the library, which does not know criterion's options.
    benches.iter().for_each(|bench| {
        cargo.args(["--bench", bench]);
    });
    shell::run(cargo.arg("--").args(&args.criterion))
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
