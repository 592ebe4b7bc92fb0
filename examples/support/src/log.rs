//! The log, and one stream's part of it, line by line.

use std::io::{Write, stdout};

use foldline::{RawEvent, StreamKey, prelude::*};
use futures_util::{Stream, TryStreamExt};
use tokio::signal::unix::{SignalKind, signal};

use crate::Done;

/// Which part of the log to show.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LogArgs {
    /// Leave out what happened up to this position
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: u64,
    /// Do not stop at the end: show what happens from now on as well, until Ctrl-C
    #[arg(long)]
    follow: bool,
}

impl LogArgs {
    /// Prints it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn print(self, executor: &Executor) -> Done {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let log = executor.log(self.after);
        tokio::select! {
            printed = print(if self.follow { log.live() } else { log }.raw()) => Ok(printed?),
            _ = interrupt.recv() => Ok(()),
        }
    }
}

/// Prints the events of one stream, as far as a version, and what they add up to.
///
/// # Errors
/// When the stream cannot be read, or was never at this version.
pub async fn history<K: StreamKey>(
    executor: &Executor,
    key: &K,
    at: Option<u64>,
    show: impl FnOnce(&K::State) -> String,
) -> Result<(), StoreError> {
    let load = executor.load(key);
    let loaded = match at {
        Some(version) => load.at_version(version).await?,
        None => load.await?,
    };
    let Some(loaded) = loaded else {
        println!("Nothing has happened to `{key}`.");
        return Ok(());
    };
    print(executor.history(key).until_version(loaded.version()).raw()).await?;
    println!("\nAt version {}: {}", loaded.version(), show(&loaded));
    Ok(())
}

/// Prints these events, a line for each.
///
/// # Errors
/// When one cannot be read.
pub async fn print(mut events: impl Stream<Item = Result<RawEvent, StoreError>> + Unpin) -> Result<(), StoreError> {
    while let Some(event) = events.try_next().await? {
        let payload = String::from_utf8_lossy(event.payload());
        let stream = format!("{} {}", event.stream(), event.version());
        let (position, name) = (event.position(), event.name());
        if writeln!(stdout(), "{position:>6}  {stream:<24} {name:<24} {payload}").is_err() {
            // Whoever reads it has seen enough.
            break;
        }
    }
    Ok(())
}
