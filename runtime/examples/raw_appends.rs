//! How many appends a second a log on PostgreSQL takes, beside what the same table takes from one bare connection.
//!
//! `cargo run --release -p foldline-runtime --features postgres,testing --example raw_appends -- [seconds] [delay-ms]`, or
//! `… -- beside-a-transaction [seconds]`: the rate while another transaction of the same database stays open, 60 s by default.
//!
//! One event a commit, on each of 1,000 streams. The limit inserts the same rows into the same table with the same
//! indexes, as many a statement as the store has in flight. Both are measured in turns, three rounds each; medians count.

#[path = "shared/load.rs"]
mod load;

use std::{
    env,
    time::{Duration, Instant},
};

use foldline_runtime::{
    CommitId, PostgresOptions, PostgresStore, storage::Store, testing::temp_postgres::TempPostgres,
};
use load::{Failure, HEAD, METADATA, NAME, PAYLOAD, ROUNDS, STREAMS, append, row};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixStream},
    sync::mpsc,
    time::{Instant as Then, sleep_until},
};

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1).peekable();
    if arguments.next_if(|argument| argument == "beside-a-transaction").is_some() {
        let seconds = arguments.next().map_or(Ok(60.0), |text| text.parse())?;
        return beside_a_transaction(&TempPostgres::start()?, seconds).await;
    }
    let seconds: f64 = arguments.next().map_or(Ok(3.0), |text| text.parse())?;
    let delay: u64 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let server = TempPostgres::start()?;
    let url = if delay == 0 { server.url().to_owned() } else { delayed(&server, Duration::from_millis(delay)).await? };
    println!("{HEAD}");
    for width in [1, 16, 64, 256] {
        let (mut limits, mut appends, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            limits.push(limit(&server, &url, width, seconds).await?);
            let (rate, took) = store(&server, &url, width, seconds).await?;
            appends.push(rate);
            times.extend(took);
        }
        println!("{}", row(width, &mut limits, &mut appends, &mut times));
    }
    Ok(())
}

/// The same rows, from one connection, as many a statement as are in flight.
async fn limit(server: &TempPostgres, url: &str, width: usize, seconds: f64) -> Result<f64, Failure> {
    let schema = server.fresh_schema();
    PostgresStore::connect_with(url, PostgresOptions::production().schema(&schema)).await?.close().await;
    let mut connection = PgConnection::connect(url).await?;
    let columns = "position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data";
    let one = format!(
        "insert into {schema}.events ({columns}) values ($1, $2, now(), $3, 1, $4, $5, $6::text::json, $7::text::json)"
    );
    let many = format!(
        "insert into {schema}.events ({columns}) select p, v, now(), c, 1, s, n, m::json, d::json
         from unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[]) r (p, v, c, s, n, m, d)"
    );
    let names: Vec<String> = (0..STREAMS).map(|n| format!("account-{n}")).collect();
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed().as_secs_f64() < seconds {
        let rows = count..count + width;
        let version = |row: usize| (row / STREAMS + 1) as i64;
        let id = || uuid::Uuid::from_u128(CommitId::fresh().as_u128());
        if width == 1 {
            let insert =
                sqlx::query(AssertSqlSafe(one.as_str())).bind(count as i64 + 1).bind(version(count)).bind(id());
            let insert = insert.bind(&names[count % STREAMS]).bind(NAME).bind(METADATA).bind(PAYLOAD);
            insert.execute(&mut connection).await?;
        } else {
            sqlx::query(AssertSqlSafe(many.as_str()))
                .bind(rows.clone().map(|row| row as i64 + 1).collect::<Vec<_>>())
                .bind(rows.clone().map(version).collect::<Vec<_>>())
                .bind(rows.clone().map(|_| id()).collect::<Vec<_>>())
                .bind(rows.clone().map(|row| names[row % STREAMS].as_str()).collect::<Vec<_>>())
                .bind(vec![NAME; width])
                .bind(vec![METADATA; width])
                .bind(vec![PAYLOAD; width])
                .execute(&mut connection)
                .await?;
        }
        count += width;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// As many tasks as are to be in flight, each with streams of its own.
async fn store(server: &TempPostgres, url: &str, width: usize, seconds: f64) -> Result<(f64, Vec<Duration>), Failure> {
    let options = PostgresOptions::production().schema(server.fresh_schema());
    let store = PostgresStore::connect_with(url, options).await?;
    let measured = append(&store, "account", width, seconds).await?;
    let head = store.head().await?;
    assert_eq!(head, measured.1.len() as u64, "every acknowledged append is in the log, and nothing else");
    store.close().await;
    Ok(measured)
}

/// The rate while another transaction of the database stays open, beside the rate just before and just after it.
async fn beside_a_transaction(server: &TempPostgres, seconds: f64) -> Result<(), Failure> {
    let options = PostgresOptions::production().schema(server.fresh_schema());
    let store = PostgresStore::connect_with(server.url(), options).await?;
    let mut other = PgConnection::connect(server.url()).await?;
    let mut rates = Vec::new();
    for (kind, long, sql) in [
        ("before", seconds / 2.0, "select 1"),
        // It has a number of its own, and a snapshot: nothing newer than either can be pruned.
        ("beside", seconds, "begin isolation level repeatable read; create table held_open (); select txid_current()"),
        ("after", seconds / 2.0, "rollback"),
    ] {
        sqlx::raw_sql(sql).execute(&mut other).await?;
        rates.push(append(&store, kind, 64, long).await?.0);
        println!("64 in flight for {long} s: {:.0} appends/s", rates.last().copied().unwrap_or_default());
    }
    if let [before, beside, after] = rates[..] {
        println!("beside the open transaction: {:.0} % of the rate around it", 200.0 * beside / (before + after));
    }
    Ok(())
}

/// A port in front of the server that holds every byte back for a while.
async fn delayed(server: &TempPostgres, delay: Duration) -> Result<String, Failure> {
    let socket = server.socket_folder().ok_or("a delay needs a server of our own")?.join(".s.PGSQL.5432");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let _ = client.set_nodelay(true);
            let Ok(server) = UnixStream::connect(&socket).await else { continue };
            let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
            tokio::spawn(hold_back(client_in, server_out, delay));
            tokio::spawn(hold_back(server_in, client_out, delay));
        }
    });
    Ok(format!("postgres://foldline@127.0.0.1:{port}/postgres?sslmode=disable"))
}

async fn hold_back(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin + Send + 'static,
    delay: Duration,
) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Then, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((due, bytes)) = receiver.recv().await {
            sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 65536];
    while let Ok(size @ 1..) = from.read(&mut buffer).await {
        if sender.send((Then::now() + delay, buffer[..size].to_vec())).is_err() {
            return;
        }
    }
}
