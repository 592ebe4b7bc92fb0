//! `cargo xtask ci`: every check that a change has to pass, with the time that each took.

use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::{
    book, floors, ops, profile,
    shell::{Done, cargo, run as call},
    test,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave this part out. May be given more than once
    #[arg(long, value_enum, value_name = "PART")]
    skip: Vec<Part>,
    /// Install what the tests need and this machine lacks
    #[arg(long)]
    install: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The code is formatted
    Fmt,
    /// Imports run downwards, in no circle
    Floors,
    /// Clippy has nothing to say
    Clippy,
    /// Every test passes
    Test,
    /// Every public item is documented, and every link in the documentation leads somewhere
    Doc,
    /// Prometheus likes the alert rules, and what the bank exports
    Ops,
    /// The book builds, and every link in it and in the papers leads somewhere
    Book,
    /// The book's first steps and its tutorial, followed to the letter, end with programs that run
    Start,
    /// Commands and events need no more instructions than they may, where valgrind is there to count them
    Cost,
}

/// Runs every part, also behind one that failed: a run shows all there is to mend.
pub(crate) fn run(args: &Args) -> Done {
    let parts = Part::value_variants().iter().filter(|part| !args.skip.contains(part));
    let results: Vec<(Part, Duration, Done)> = parts
        .map(|part| {
            println!("\n=== {}", part.name());
            let start = Instant::now();
            let done = part.run(args);
            (*part, start.elapsed(), done)
        })
        .collect();

    println!("\n{:<8} {:>7}", "part", "seconds");
    for (part, took, done) in &results {
        println!("{:<8} {:>7.1}  {}", part.name(), took.as_secs_f64(), if done.is_ok() { "ok" } else { "FAILED" });
    }
    let total: Duration = results.iter().map(|(_, took, _)| *took).sum();
    println!("{:<8} {:>7.1}", "all", total.as_secs_f64());

    let faults = results.iter().filter_map(|(part, _, done)| Some((part, done.as_ref().err()?)));
    let faults: Vec<String> = faults.map(|(part, fault)| format!("{}: {fault}", part.name())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The same features and flags in every part, and warnings denied by arguments that only our own crates see: so that
    /// no dependency is compiled twice for one kind of output.
    fn run(self, args: &Args) -> Done {
        match self {
            Self::Fmt => {
                call(&mut cargo(["fmt", "--all", "--check"]))?;
                call(&mut cargo(["fmt", "--check", "--manifest-path", "book/builder/Cargo.toml"]))
            }
            Self::Floors => floors::run(),
            Self::Clippy => {
                let what = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
                call(&mut cargo(what))
            }
            Self::Test => test::run(&test::Args { install: args.install }),
            Self::Doc => {
                let mut doc = cargo(["doc", "--workspace", "--all-features", "--no-deps"]);
                call(doc.env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Ops => ops::run(),
            Self::Book => book::run(&book::Args::default()),
            Self::Start => book::run(&book::Args { follow_start: true }),
            Self::Cost => profile::instructions(),
        }
    }
}
