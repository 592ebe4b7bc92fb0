//! How many events a second come out of a log on PostgreSQL, beside what a bare loop over one connection reads.
//!
//! `cargo run --release -p foldline-runtime --features postgres,testing --example raw_reads -- [rounds]`
//!
//! A log of 100,000 events on 1,000 streams, and a stream of 10,000 events, each read whole, by the store and by a loop that
//! asks for the same columns in pages of the same size and adds up the sizes of the payloads. Both take turns; medians count.

use std::{env, error::Error, time::Instant};

use foldline_runtime::{
    CommitId, PostgresOptions, PostgresStore, RawEvent, StoreError, StreamName,
    limits::PAGE_EVENTS,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
    testing::temp_postgres::TempPostgres,
};
use futures_util::{Stream, TryStreamExt};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use self::common::name;

#[path = "../tests/common/mod.rs"]
mod common;

type Failure = Box<dyn Error + Send + Sync>;

const PAYLOAD: &str = r#"{"n":100}"#;
const COLUMNS: &str = "position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data";

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let rounds: usize = env::args().nth(1).map_or(Ok(9), |text| text.parse())?;
    tokio::spawn(measure(rounds)).await?
}

async fn measure(rounds: usize) -> Result<(), Failure> {
    let server = TempPostgres::start()?;
    let schema = server.fresh_schema();
    let store = PostgresStore::connect_with(server.url(), PostgresOptions::production().schema(&schema)).await?;
    for round in 0..90 {
        append(&store, (0..1000).map(|n| (format!("tally-{n}"), round))).await?;
    }
    append(&store, (0..10_000).map(|n| ("tally-long".to_owned(), n))).await?;
    let mut connection = PgConnection::connect(server.url()).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await?;

    println!("| | bare loop, events/s | store, events/s | of the loop |\n| --- | --- | --- | --- |");
    let log = format!("select {COLUMNS} from {schema}.events where position > $1 and position <= $2 order by position");
    let stream = format!(
        "select {COLUMNS} from {schema}.events where stream = 'tally-long' and version > $1 and version <= $2 order by version"
    );
    for (what, sql, events) in [("the log", log, 100_000), ("one stream", stream, 10_000)] {
        let (mut bare, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let start = Instant::now();
            let bytes = loop_over(&mut connection, &sql, events).await?;
            let bare_took = start.elapsed().as_secs_f64();
            let start = Instant::now();
            let read = if events == 10_000 {
                total(store.history(&name("long")).raw()).await?
            } else {
                total(store.log(0).raw()).await?
            };
            let took = start.elapsed().as_secs_f64();
            assert_eq!(read, (events, bytes), "both read the same");
            bare.push(events as f64 / bare_took);
            ours.push(events as f64 / took);
            ratios.push(bare_took / took);
        }
        println!("| {what} | {:.0} | {:.0} | {:.2} |", median(&mut bare), median(&mut ours), median(&mut ratios));
    }
    Ok(())
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// One commit with an event on each of these streams, which have so many already; many on one stream are many commits' worth.
async fn append(store: &PostgresStore, events: impl Iterator<Item = (String, u64)>) -> Result<(), Failure> {
    let mut saw: Vec<Expectation> = Vec::new();
    let mut new = Vec::new();
    for (stream, version) in events {
        let stream = StreamName::from(stream);
        if saw.last().is_none_or(|last| last.stream != stream) {
            saw.push(Expectation { seen: seen(store, &stream, version).await?, stream });
        }
        new.push(NewEvent { stream: saw.len() - 1, name: "tally.added", schema_version: 1, payload: 0..PAYLOAD.len() });
    }
    let commit = Commit::new(CommitId::fresh(), saw).with_events(new, PAYLOAD.as_bytes())?;
    match store.submit(store.reserve().await?, commit).outcome().await {
        Outcome::Committed(_) => Ok(()),
        other => Err(format!("{other:?}").into()),
    }
}

async fn seen(store: &PostgresStore, stream: &StreamName, version: u64) -> Result<Seen, Failure> {
    use foldline_runtime::storage::StreamRead;
    if version == 0 {
        return Ok(Seen::Nothing);
    }
    let read = StreamRead::new(stream.clone()).after(version - 1);
    let page = store.read_streams(vec![read]).await?.pop().unwrap_or_default();
    let last = page.events.last().ok_or("no event where one was stored")?;
    Ok(Seen::At { version: last.version(), commit: last.commit() })
}

async fn loop_over(connection: &mut PgConnection, sql: &str, events: usize) -> Result<usize, Failure> {
    let mut bytes = 0;
    for after in (0..events).step_by(PAGE_EVENTS) {
        let until = (after + PAGE_EVENTS).min(events) as i64;
        let page = sqlx::query(AssertSqlSafe(sql)).bind(after as i64).bind(until).fetch_all(&mut *connection).await?;
        for row in &page {
            let (stream, name): (&str, &str) = (row.try_get("stream")?, row.try_get("name")?);
            let (_, _): (i64, i64) = (row.try_get("position")?, row.try_get("version")?);
            let data = row.try_get_raw("data")?.as_bytes().map_err(sqlx::Error::Decode)?;
            bytes += stream.len() + name.len() + data.len();
        }
    }
    Ok(bytes)
}

async fn total(events: impl Stream<Item = Result<RawEvent, StoreError>>) -> Result<(usize, usize), StoreError> {
    let add = |(count, bytes), event: RawEvent| async move {
        Ok((count + 1, bytes + event.stream().as_str().len() + event.name().len() + event.payload().len()))
    };
    events.try_fold((0, 0), add).await
}
