//! The log, and one stream's part of it, line by line.

use std::future::pending;

use foldline::{RawEvent, StreamKey, prelude::*};
use futures_util::{Stream, TryStreamExt};

/// Which part of the log to show.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LogArgs {
    /// Begin behind this position
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// Go on with what happens from now on, until Ctrl-C
    #[arg(long)]
    follow: bool,
}

impl LogArgs {
    /// Prints it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn print(self, executor: &Executor) -> Result<(), StoreError> {
        let log = executor.log(self.after);
        let interrupted = async {
            // Where no signal can be had, the process ends by it.
            if tokio::signal::ctrl_c().await.is_err() {
                pending::<()>().await;
            }
        };
        let printed = print(if self.follow { log.live() } else { log }.raw());
        tokio::select! {
            printed = printed => printed,
            () = interrupted => Ok(()),
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
        println!("{:>6}  {stream:<24} {:<24} {payload}", event.position(), event.name());
    }
    Ok(())
}
