//! What an execution is can be spawned: its future moves between threads, whatever the command holds.

use std::{collections::BTreeMap, fmt, num::ParseIntError, str::FromStr};

use foldline::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct CounterId(u32);

impl fmt::Display for CounterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for CounterId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

#[derive(Debug, Clone, Default)]
struct Counter {
    total: u64,
}

#[stream(key = CounterId)]
impl Counter {
    #[event]
    fn counted(&mut self, by: u64) {
        self.total += by;
    }
}

/// A counter would go too far.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
struct Full(String);

#[derive(Debug, Command)]
#[command(follow(next: Option<CounterId> = Some(CounterId(counter.key().0 + 1))))]
struct Count {
    #[stream]
    counter: CounterId,
    by: u64,
}

impl Decide for Count {
    type Error = Full;

    fn decide(&self, streams: &mut CountStreams) -> Result<(), Full> {
        streams.counter.counted(self.by);
        if let Some(next) = &mut streams.next {
            next.counted(self.by);
        }
        Ok(())
    }
}

#[derive(Debug, Command)]
struct CountAll<'a> {
    #[stream]
    counters: &'a BTreeMap<CounterId, u64>,
    #[stream(read)]
    limit: &'a CounterId,
    note: &'a str,
}

impl Decide for CountAll<'_> {
    type Error = Full;

    fn decide(&self, streams: &mut CountAllStreams) -> Result<(), Full> {
        for (key, counter) in &mut streams.counters {
            ensure!(counter.total <= streams.limit.total, Full(self.note.to_owned()));
            counter.counted(self.counters[key]);
        }
        Ok(())
    }
}

/// Fails to compile for a future that must stay on its thread.
fn sendable<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_execution_moves_between_threads() -> Result<(), Box<dyn std::error::Error>> {
    let counters = Executor::new(MemoryStore::new());
    let count = Count { counter: CounterId(1), by: 2 };
    let spawned = tokio::spawn({
        let counters = counters.clone();
        async move { counters.execute(count).retries(1).await.map(|done| done.position()) }
    });
    spawned.await??;

    // What borrows cannot be spawned, and moves all the same.
    let (all, limit, note) = (BTreeMap::from([(CounterId(1), 3)]), CounterId(2), "too many".to_owned());
    let command = CountAll { counters: &all, limit: &limit, note: &note };
    sendable(counters.execute(command).into_future()).await?;
    let commands = [CountAll { counters: &all, limit: &limit, note: &note }];
    let results = sendable(counters.execute_all(commands)).await;
    assert!(matches!(&results[..], [Err(ExecuteError::Rejected(Full(why)))] if *why == note), "{results:?}");
    let total = sendable(counters.load(&CounterId(1)).into_future()).await?.map(|counter| counter.total);
    assert_eq!(total, Some(5));
    Ok(())
}
