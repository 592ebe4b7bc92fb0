//! How many appends a second a log on SQLite takes, beside what the same table takes from a bare loop.
//!
//! `cargo run --release -p foldline-runtime --features sqlite,testing --example raw_sqlite -- [seconds] [in flight]`, or
//! `… -- together [seconds]`: 64 in flight on one store, beside 32 each on two stores of one file.
//!
//! One event a commit, on each of 1,000 streams. The limit inserts the same rows into the same table with the same indexes,
//! at the same `synchronous`, as many a transaction as the store has in flight, each transaction one call; but it checks
//! nothing, and its table has no triggers. Both are measured in turns, three rounds each; medians count.

#[path = "shared/load.rs"]
mod load;

use std::{env, path::Path, time::Instant};

use foldline_runtime::{CommitId, SqliteStore, storage::Store, testing::TempFolder};
use load::{Failure, HEAD, METADATA, NAME, PAYLOAD, ROUNDS, STREAMS, append, row};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row, sqlite::SqliteConnectOptions};

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.next_if(|argument| argument == "together").is_some() {
        return together(arguments.next().map_or(Ok(3.0), |text| text.parse())?).await;
    }
    let seconds: f64 = arguments.next().map_or(Ok(3.0), |text| text.parse())?;
    let widths = arguments.next().map_or(Ok(vec![1, 16, 64, 256]), |text| text.parse().map(|width| vec![width]))?;
    println!("{HEAD}");
    for width in widths {
        let (mut limits, mut appends, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let folder = TempFolder::fresh()?;
            limits.push(limit(&folder.file("limit.db"), width, seconds).await?);
            let (rate, took) = store(&folder.file("log.db"), width, seconds).await?;
            appends.push(rate);
            times.extend(took);
        }
        println!("{}", row(width, &mut limits, &mut appends, &mut times));
    }
    Ok(())
}

/// The same rows, from one connection, as many a transaction as are in flight.
async fn limit(path: &Path, width: usize, seconds: f64) -> Result<f64, Failure> {
    SqliteStore::open(path).await?.close().await;
    let mut connection = SqliteConnectOptions::new().filename(path).disable_statement_logging().connect().await?;
    let triggers = sqlx::query("select name from sqlite_schema where type = 'trigger'").fetch_all(&mut connection);
    for trigger in triggers.await? {
        let drop = format!("drop trigger {}", trigger.try_get::<String, _>(0)?);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await?;
    }
    // As the store sets them, so that only what it does beside inserting is compared.
    sqlx::raw_sql("pragma wal_autocheckpoint = 4096; pragma cache_size = -32768").execute(&mut connection).await?;
    let rows = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; width].join(", ");
    let insert = format!(
        "begin immediate; insert into events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data) values {rows}; commit"
    );
    let names: Vec<String> = (0..STREAMS).map(|n| format!("account-{n}")).collect();
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed().as_secs_f64() < seconds {
        let mut call = sqlx::query(AssertSqlSafe(insert.as_str()));
        for row in count..count + width {
            let id = CommitId::fresh().as_u128().to_be_bytes().to_vec();
            call = call.bind(row as i64 + 1).bind((row / STREAMS + 1) as i64).bind(1_700_000_000_000_000_i64).bind(id);
            call = call.bind(1_i64).bind(names[row % STREAMS].as_str()).bind(NAME).bind(METADATA).bind(PAYLOAD);
        }
        connection.execute(call).await?;
        count += width;
    }
    let rate = count as f64 / began.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(rate)
}

/// As many tasks as are to be in flight, each with streams of its own.
async fn store(path: &Path, width: usize, seconds: f64) -> Result<(f64, Vec<std::time::Duration>), Failure> {
    let store = SqliteStore::open(path).await?;
    let measured = append(&store, "account", width, seconds).await?;
    assert_eq!(
        store.head().await?,
        measured.1.len() as u64,
        "every acknowledged append is in the log, and nothing else"
    );
    store.close().await;
    Ok(measured)
}

/// Two stores on one file wait for each other's lock as two processes do.
async fn together(seconds: f64) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let folder = TempFolder::fresh()?;
        let (alone, _) = store(&folder.file("alone.db"), 64, seconds).await?;
        let path = folder.file("together.db");
        let (one, two) = (SqliteStore::open(&path).await?, SqliteStore::open(&path).await?);
        let (left, right) = tokio::join!(append(&one, "left", 32, seconds), append(&two, "right", 32, seconds));
        let ((left, mut times), (right, others)) = (left?, right?);
        assert_eq!(one.head().await?, (times.len() + others.len()) as u64, "every acknowledged append is in the log");
        times.extend(others);
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
        let (half, most, all) = (at(0.5), at(0.99), times.last().copied().unwrap_or_default());
        println!(
            "alone {alone:.0}/s, together {left:.0} + {right:.0}/s, p50 {half:.1?}, p99 {most:.1?}, at most {all:.1?}"
        );
    }
    Ok(())
}
