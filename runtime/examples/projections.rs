//! What a projection costs on PostgreSQL, beside bare loops that do the least that has to be done.
//!
//! `cargo run --release -p foldline-runtime --features postgres,testing --example projections -- [rounds]`
//!
//! A log of 100,000 events on 1,000 streams. In memory: a projection that adds them up, beside a loop that fetches the same
//! rows in pages of the same size and decodes their payloads. In rows: a projection that keeps a row a stream, beside a loop
//! that upserts the same rows in the same batches, and reads nothing. Live: how long after its commit an event is in a handler.
//! All take turns; medians count.

use std::{collections::BTreeMap, env, error::Error, sync::Arc, time::Instant};

use foldline_runtime::{
    CommitId, Delivery, Executor, InMemory, InSql, PostgresDatabase, PostgresOptions, PostgresStore, Projection,
    ProjectionError, ProjectionOptions, Projector, Rows, Stream, StreamName,
    limits::PAGE_EVENTS,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
    testing::temp_postgres::TempPostgres,
};
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::sync::mpsc;

use self::common::{Name, Tally, TallyEvent, commands::add, name};

#[path = "../tests/common/mod.rs"]
mod common;

type Failure = Box<dyn Error + Send + Sync>;

const EVENTS: u64 = 100_000;
const PAYLOAD: &str = r#"{"n":100}"#;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let rounds: usize = env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    tokio::spawn(measure(rounds)).await?
}

async fn measure(rounds: usize) -> Result<(), Failure> {
    let server = TempPostgres::start()?;
    let schema = server.fresh_schema();
    let store = PostgresStore::connect_with(server.url(), PostgresOptions::production().schema(&schema)).await?;
    fill(&store).await?;
    let mut connection = PgConnection::connect(server.url()).await?;
    sqlx::raw_sql("vacuum analyze").execute(&mut connection).await?;

    println!("| | bare loop, events/s | projection, events/s | of the loop |\n| --- | --- | --- | --- |");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(fetch_and_decode(&mut connection, &schema).await?);
        ours.push(in_memory(&store).await?);
    }
    show("in memory", &bare, &ours);
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(upsert(&mut connection, &schema, &store).await?);
        ours.push(in_rows(&mut connection, &schema, &store).await?);
    }
    show("rows with their checkpoint", &bare, &ours);
    latency(&store).await
}

fn show(what: &str, bare: &[f64], ours: &[f64]) {
    let per_second = |seconds: &[f64]| EVENTS as f64 / median(seconds);
    let ratios: Vec<f64> = bare.iter().zip(ours).map(|(bare, ours)| bare / ours).collect();
    println!("| {what} | {:.0} | {:.0} | {:.2} |", per_second(bare), per_second(ours), median(&ratios));
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// A hundred commits with an event on each of a thousand streams.
async fn fill(store: &PostgresStore) -> Result<(), Failure> {
    let mut last = None;
    for round in 0..EVENTS / 1000 {
        let seen = last.map_or(Seen::Nothing, |commit| Seen::At { version: round, commit });
        let stream = |n| StreamName::from(format!("tally-{n}"));
        let saw: Vec<_> = (0..1000).map(|n| Expectation { stream: stream(n), seen }).collect();
        let event = |stream| NewEvent { stream, name: "tally.added", schema_version: 1, payload: 0..PAYLOAD.len() };
        let commit =
            Commit::new(CommitId::fresh(), saw).with_events((0..1000).map(event).collect(), PAYLOAD.as_bytes())?;
        last = Some(commit.id());
        match store.submit(store.reserve().await?, commit).outcome().await {
            Outcome::Committed(_) => {}
            other => return Err(format!("{other:?}").into()),
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Number {
    n: i64,
}

/// Fetches the rows that a projection needs, and decodes their payloads.
async fn fetch_and_decode(connection: &mut PgConnection, schema: &str) -> Result<f64, Failure> {
    let sql = format!(
        "select position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data from {schema}.events where position > $1 and position <= $2 order by position"
    );
    let (start, mut sum) = (Instant::now(), 0);
    for after in (0..EVENTS).step_by(PAGE_EVENTS) {
        let until = (after + PAGE_EVENTS as u64).cast_signed();
        let page = sqlx::query(AssertSqlSafe(&*sql)).bind(after.cast_signed()).bind(until);
        for row in &page.fetch_all(&mut *connection).await? {
            let data = row.try_get_raw("data")?.as_bytes().map_err(sqlx::Error::Decode)?;
            sum += serde_json::from_slice::<Number>(data)?.n;
        }
    }
    assert_eq!(sum.cast_unsigned(), EVENTS * 100);
    Ok(start.elapsed().as_secs_f64())
}

#[derive(Debug, Clone, Default)]
struct Sum {
    total: i64,
    handled: Option<Arc<mpsc::UnboundedSender<Instant>>>,
}

impl Projection for Sum {
    const NAME: &'static str = "sum";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(_) = delivery.key()?;
        if let TallyEvent::Added { n } = delivery.event()? {
            self.total += n;
        }
        if let Some(handled) = &self.handled {
            let _ = handled.send(Instant::now());
        }
        Ok(())
    }
}

async fn in_memory(store: &PostgresStore) -> Result<f64, Failure> {
    let sum = InMemory::new(Sum::default());
    let (start, view) = (Instant::now(), sum.view());
    let projector = Projector::builder(store.clone()).run(sum).start()?;
    projector.wait_for(EVENTS).await?;
    let took = start.elapsed().as_secs_f64();
    assert_eq!(view.read(|sum| sum.total).cast_unsigned(), EVENTS * 100);
    projector.shutdown().await;
    Ok(took)
}

const TABLE: &str = "create table sums (name text primary key, sum bigint not null)";
const UPSERT: &str = "insert into sums select * from unnest($1::text[], $2::bigint[])
    on conflict (name) do update set sum = sums.sum + excluded.sum";

#[derive(Debug, Clone, Default)]
struct Sums(BTreeMap<String, i64>);

impl Projection for Sums {
    const NAME: &'static str = "sums";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(name) = delivery.key()?;
        if let TallyEvent::Added { n } = delivery.event()? {
            *self.0.entry(name).or_default() += n;
        }
        Ok(())
    }
}

impl Rows<PostgresDatabase> for Sums {
    type Error = sqlx::Error;

    async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(TABLE).execute(connection).await.map(drop)
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let (names, sums): (Vec<String>, Vec<i64>) = self.0.into_iter().unzip();
        sqlx::query(UPSERT).bind(names).bind(sums).execute(connection).await.map(drop)
    }
}

/// Upserts the rows that the projection upserts, in the same batches, each in a transaction. What is in them is known.
async fn upsert(connection: &mut PgConnection, schema: &str, store: &PostgresStore) -> Result<f64, Failure> {
    let mut batches = Vec::new();
    for after in (0..EVENTS).step_by(PAGE_EVENTS) {
        let page = store.read_log(foldline_runtime::storage::LogRead::after(after)).await?;
        let mut batch = BTreeMap::new();
        for event in page.events {
            *batch.entry(event.stream().key_text().to_owned()).or_insert(0) += 100;
        }
        batches.push(batch);
    }
    let own = format!("{schema}_bare");
    let create = format!("create schema {own}; set search_path = {own}; {TABLE}");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *connection).await?;
    let start = Instant::now();
    for batch in batches {
        let (names, sums): (Vec<String>, Vec<i64>) = batch.into_iter().unzip();
        let mut transaction = connection.begin().await?;
        sqlx::query(UPSERT).bind(names).bind(sums).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    let took = start.elapsed().as_secs_f64();
    let drop = format!("reset search_path; drop schema {own} cascade");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(connection).await?;
    Ok(took)
}

async fn in_rows(connection: &mut PgConnection, schema: &str, store: &PostgresStore) -> Result<f64, Failure> {
    let sums = InSql::<_, PostgresDatabase>::new(Sums::default());
    let start = Instant::now();
    let projector = Projector::builder(store.clone()).run(sums).start()?;
    projector.wait_for(EVENTS).await?;
    let took = start.elapsed().as_secs_f64();
    projector.shutdown().await;
    let total = format!("select sum(sum)::bigint from {schema}_sums.sums");
    let total: i64 = sqlx::query_scalar(AssertSqlSafe(total)).fetch_one(&mut *connection).await?;
    assert_eq!(total.cast_unsigned(), EVENTS * 100);
    let forget = format!(
        "drop schema {schema}_sums cascade; delete from {schema}.projections; delete from {schema}.projection_builds"
    );
    sqlx::raw_sql(AssertSqlSafe(forget)).execute(connection).await?;
    Ok(took)
}

/// From an answered commit to the handler, one command at a time on an idle machine.
async fn latency(store: &PostgresStore) -> Result<(), Failure> {
    let (sender, mut handled) = mpsc::unbounded_channel();
    let sum = Sum { total: 0, handled: Some(Arc::new(sender)) };
    let projector = Projector::builder(store.clone());
    let projector = projector.run_with(InMemory::new(sum), ProjectionOptions::default()).start()?;
    projector.wait_for(EVENTS).await?;
    while handled.try_recv().is_ok() {}
    let bank = Executor::new(store.clone());
    let mut took = Vec::new();
    for n in 0..2000 {
        bank.execute(add(&name("live"), n)).await?;
        let committed = Instant::now();
        let handled = handled.recv().await.ok_or("the projection ended")?;
        took.push(handled.saturating_duration_since(committed).as_secs_f64() * 1000.0);
    }
    took.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    println!("\nfrom a commit's answer to the handler: p50 {:.2} ms, p99 {:.2} ms", at(0.5), at(0.99));
    Ok(())
}
