//! What a command costs when it is alone, step by step, beside one bare single-row INSERT that commits.
//!
//! `cargo run --release -p foldline-runtime --features postgres,testing --example one_at_a_time -- [rounds] [appends a round]`
//!
//! Every rung does the same number of appends in each round, one after another, and rounds take turns: only the ratios
//! within a round count, and their median is printed.

use std::{
    env,
    error::Error,
    time::{Duration, Instant},
};

use foldline_runtime::{
    CommitId, Executor, Metadata, PostgresOptions, PostgresStore, StreamName,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
    testing::temp_postgres::TempPostgres,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use self::common::{commands::add, name};

#[path = "../tests/common/mod.rs"]
mod common;

type Failure = Box<dyn Error + Send + Sync>;

const PAYLOAD: &str = r#"{"n":1}"#;
const METADATA: &str = r#"{"command":"Act"}"#;
const STREAMS: usize = 100;
const RUNGS: [&str; 5] =
    ["a round trip", "INSERT by sqlx", "the append function by sqlx", "the store", "the executor in front of it"];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let rounds: usize = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let appends: usize = arguments.next().map_or(Ok(200), |text| text.parse())?;
    // On a worker, as in a service: a runtime's first thread is none.
    tokio::spawn(measure(rounds, appends)).await?
}

async fn measure(rounds: usize, appends: usize) -> Result<(), Failure> {
    let mut ladder = Ladder::set_up().await?;
    let mut times: Vec<[Vec<Duration>; RUNGS.len()]> = Vec::new();
    // The first round warms up: statements are prepared, streams come into being.
    for round in 0..=rounds {
        let mut of_round = [const { Vec::new() }; RUNGS.len()];
        for (rung, times) in of_round.iter_mut().enumerate() {
            for _ in 0..appends {
                let start = Instant::now();
                ladder.step(rung).await?;
                times.push(start.elapsed());
            }
            times.sort_unstable();
        }
        if round > 0 {
            times.push(of_round);
        }
    }
    println!(
        "| | median | a quarter takes less | of the INSERT's median | of its quarter |\n| --- | --- | --- | --- | --- |"
    );
    for (rung, name) in RUNGS.iter().enumerate() {
        let at =
            |share: usize, rung: usize| times.iter().map(move |round| round[rung][appends * share / 4].as_secs_f64());
        let ratio = |share| median(at(share, rung).zip(at(share, 1)).map(|(this, insert)| this / insert).collect());
        let (half, quarter) = (median(at(2, rung).collect()), median(at(1, rung).collect()));
        println!("| {name} | {:.0} µs | {:.0} µs | {:.2} | {:.2} |", half * 1e6, quarter * 1e6, ratio(2), ratio(1));
    }
    Ok(())
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_unstable_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// A connection and two logs, and where they are.
struct Ladder {
    _server: TempPostgres,
    connection: PgConnection,
    insert: String,
    call: String,
    inserted: usize,
    called: [Seen; STREAMS],
    store: PostgresStore,
    ends: [Seen; STREAMS],
    next: usize,
    executor: Executor,
    executed: usize,
}

impl Ladder {
    async fn set_up() -> Result<Self, Failure> {
        let server = TempPostgres::start()?;
        let schemas: [String; 4] = std::array::from_fn(|_| server.fresh_schema());
        let mut stores = Vec::new();
        for schema in &schemas {
            stores.push(PostgresStore::connect_with(server.url(), PostgresOptions::production().schema(schema)).await?);
        }
        let insert = format!(
            "insert into {}.events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
             values ($1, $2, now(), $3, 1, $4, $5, $6::text::json, $7::text::json)",
            schemas[0]
        );
        let call =
            format!("select {}.append_one($1, $2, $3, $4, $5, $6, 1, $7::text::json, $8::text::json)", schemas[1]);
        Ok(Self {
            connection: PgConnection::connect(server.url()).await?,
            insert,
            call,
            inserted: 0,
            called: [Seen::Nothing; STREAMS],
            store: stores.swap_remove(2),
            ends: [Seen::Nothing; STREAMS],
            next: 0,
            executor: Executor::new(stores.swap_remove(2)),
            executed: 0,
            _server: server,
        })
    }

    async fn step(&mut self, rung: usize) -> Result<(), Failure> {
        match rung {
            0 => sqlx::query("select 1").execute(&mut self.connection).await.map(drop)?,
            1 => self.insert().await?,
            2 => self.call().await?,
            3 => self.submit().await?,
            _ => {
                self.executed += 1;
                self.executor.execute(add(&name(&format!("{}", self.executed % STREAMS)), 1)).await?;
            }
        }
        Ok(())
    }

    async fn insert(&mut self) -> Result<(), Failure> {
        let n = self.inserted;
        self.inserted += 1;
        sqlx::query(AssertSqlSafe(self.insert.as_str()))
            .bind((n + 1).cast_signed() as i64)
            .bind((n / STREAMS + 1).cast_signed() as i64)
            .bind(Uuid::from_u128(CommitId::fresh().as_u128()))
            .bind(format!("tally-{}", n % STREAMS))
            .bind("tally.added")
            .bind(METADATA)
            .bind(PAYLOAD)
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    async fn call(&mut self) -> Result<(), Failure> {
        self.next += 1;
        let n = self.next % STREAMS;
        let (id, seen) = (CommitId::fresh(), self.called[n]);
        let saw = match seen {
            Seen::Nothing => None,
            Seen::At { commit, .. } => Some(Uuid::from_u128(commit.as_u128())),
        };
        sqlx::query(AssertSqlSafe(self.call.as_str()))
            .bind(seen.version().cast_signed())
            .bind(saw)
            .bind(Uuid::from_u128(id.as_u128()))
            .bind(format!("tally-{n}"))
            .bind((seen.version() + 1).cast_signed())
            .bind("tally.added")
            .bind(METADATA)
            .bind(PAYLOAD)
            .execute(&mut self.connection)
            .await?;
        self.called[n] = Seen::At { version: seen.version() + 1, commit: id };
        Ok(())
    }

    async fn submit(&mut self) -> Result<(), Failure> {
        self.next += 1;
        let n = self.next % STREAMS;
        let stream = StreamName::from(format!("tally-{n}").as_str());
        let event = NewEvent { stream: 0, name: "tally.added", schema_version: 1, payload: 0..PAYLOAD.len() };
        let mut metadata = Metadata::default();
        metadata.command = Some("Act".into());
        let commit = Commit::new(CommitId::fresh(), vec![Expectation { stream, seen: self.ends[n] }])
            .with_metadata(metadata)
            .with_events(vec![event], PAYLOAD.as_bytes())?;
        let id = commit.id();
        match self.store.submit(self.store.reserve().await?, commit).outcome().await {
            Outcome::Committed(_) => {
                self.ends[n] = Seen::At { version: self.ends[n].version() + 1, commit: id };
                Ok(())
            }
            other => Err(format!("{other:?}").into()),
        }
    }
}
