//! A load of appends on a store, one event a commit, and what came of it.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use foldline_runtime::{
    CommitId, Metadata, StreamName,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
};

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

pub(crate) const STREAMS: usize = 1000;
pub(crate) const ROUNDS: usize = 3;
pub(crate) const NAME: &str = "account.deposited";
pub(crate) const PAYLOAD: &str = r#"{"amount":100}"#;
pub(crate) const METADATA: &str = r#"{"command":"Deposit"}"#;

/// Appends from `width` tasks, each with streams of its own: how many a second, and how long each took.
pub(crate) async fn append(
    store: &(impl Store + Clone),
    kind: &str,
    width: usize,
    seconds: f64,
) -> Result<(f64, Vec<Duration>), Failure> {
    let began = Instant::now();
    let task = |task: usize| {
        let (store, kind) = (store.clone(), kind.to_owned());
        async move {
            let mut ends: Vec<(StreamName, Seen)> = (task..STREAMS)
                .step_by(width)
                .map(|n| (format!("{kind}-{n}").as_str().into(), Seen::Nothing))
                .collect();
            let (mut times, mut next) = (Vec::new(), 0);
            while began.elapsed().as_secs_f64() < seconds {
                let at = next % ends.len();
                next += 1;
                let start = Instant::now();
                let (stream, seen) = ends[at].clone();
                let event = NewEvent { stream: 0, name: NAME, schema_version: 1, payload: 0..PAYLOAD.len() };
                let mut metadata = Metadata::default();
                metadata.command = Some("Deposit".into());
                let commit = Commit::new(CommitId::fresh(), vec![Expectation { stream, seen }])
                    .with_metadata(metadata)
                    .with_events(vec![event], PAYLOAD.as_bytes())?;
                let id = commit.id();
                match store.submit(store.reserve().await?, commit).outcome().await {
                    Outcome::Committed(_) => ends[at].1 = Seen::At { version: seen.version() + 1, commit: id },
                    other => return Err(format!("{other:?}").into()),
                }
                times.push(start.elapsed());
            }
            Ok::<_, Failure>(times)
        }
    };
    let tasks: Vec<_> = (0..width).map(|n| tokio::spawn(task(n))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok((times.len() as f64 / began.elapsed().as_secs_f64(), times))
}

/// Rows of a table: limit, store, their ratio, and within what time half and nearly all were acknowledged.
pub(crate) fn row(width: usize, limits: &mut [f64], appends: &mut [f64], times: &mut [Duration]) -> String {
    let (limit, append) = (median(limits), median(appends));
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let (half, most) = (at(0.5), at(0.99));
    format!("| {width} | {limit:.0} | {append:.0} | {:.0} % | {half:.1?} | {most:.1?} |", 100.0 * append / limit)
}

pub(crate) const HEAD: &str =
    "| in flight | limit/s | appends/s | of the limit | p50 | p99 |\n| --- | --- | --- | --- | --- | --- |";

fn median(of: &mut [f64]) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}
