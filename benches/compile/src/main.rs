//! What the macros cost whoever compiles: time in debug builds, and lines of generated code, a command and an event.
//!
//! Every figure is a difference: crates that are alike but for how many commands (or events) they hold are built in turn,
//! and what the larger one needs more is divided by how many more it holds. So neither dependencies nor cargo count.

mod expand;
mod measure;
mod project;
mod sample;
mod table;

use std::{env, error::Error, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(within) if within => ExitCode::SUCCESS,
        Ok(_) => {
            eprintln!("A figure is over its budget.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures and prints; says whether every figure is within its budget.
fn run() -> Result<bool, Box<dyn Error>> {
    let rounds = match env::args().nth(1) {
        None => 5,
        Some(text) => text.parse().map_err(|_| format!("`{text}` is no number of rounds: write `bench-compile 5`"))?,
    };
    let mut rows = Vec::new();
    for subject in sample::SUBJECTS {
        let pair = project::Pair::write(subject)?;
        let lines = expand::lines(&pair)?;
        let time = measure::rounds(&pair, rounds)?;
        rows.push(table::Row::new(subject, time, lines));
    }
    println!("{}", table::markdown(&rows));
    Ok(rows.iter().all(table::Row::within))
}
