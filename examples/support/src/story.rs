//! A story, told while it happens.

use std::{error::Error, fmt::Display};

use foldline::{Committed, ExecuteError};

use crate::{Done, Opened};

/// One line: what happened and where in the log it ended, or why the domain would not have it.
///
/// # Errors
/// Any other failure.
pub fn say<E: Error + Send + Sync + 'static>(line: impl Display, outcome: Result<Committed, ExecuteError<E>>) -> Done {
    match outcome {
        Ok(done) if done.replayed() => println!("  {line}. It had happened, and happens once."),
        Ok(done) => println!("  {:<62} log position {}", format!("{line}."), done.position().unwrap_or_default()),
        Err(ExecuteError::Rejected(why)) => println!("  {line}. Rejected: {why}."),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// What to try next with this program, on the store that the story was told on or else on its usual one; and its own task.
pub fn what_next(package: &str, place: &Opened, usual: &str, own: (&str, &str)) {
    let url = if place.is_passing() { usual } else { &place.url };
    println!("\nWhat to try next:\n");
    for (task, why) in [
        ("demo", "the same where it stays: run it twice"),
        own,
        ("serve", "the same over HTTP; /openapi.json says what it can do"),
        ("log --follow", "the log, while something happens elsewhere"),
        ("load", "many commands at once"),
    ] {
        println!("  {:<66} {why}", format!("cargo run -p {package} -- --store {url} {task}"));
    }
    println!("\nThe domain is in examples/{package}/src.");
}
