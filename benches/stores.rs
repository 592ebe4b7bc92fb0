//! Every store: commands by how many there are at once, and commits by how many events they add.
//!
//! PostgreSQL is a server of its own that goes away afterwards; a SQLite file lies where temporary files do.

mod shared;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use foldline::{
    AnyStore, CommitId, Event, Executor, StreamName, open,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
    testing::{TempFolder, temp_postgres::TempPostgres},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use shared::{AccountEvent, AccountId, Deposit, Fault, Open, START, told};
use tokio::runtime::{Builder, Runtime};

const ACCOUNTS: usize = 1_000;
const AT_ONCE: [usize; 4] = [1, 10, 50, 100];
const EVENTS: [usize; 4] = [1, 10, 100, 1_000];

/// Where logs are kept, and what they stand on.
struct Grounds {
    folder: TempFolder,
    server: TempPostgres,
}

impl Grounds {
    /// An empty log of each kind, by its name. Whoever asks twice is given another file, and another schema of the server.
    async fn stores(&self, purpose: &str) -> Result<Vec<(&'static str, AnyStore)>, Fault> {
        let file = format!("sqlite:{}", self.folder.file(format!("{purpose}.db")).display());
        let options = foldline::PostgresOptions::production().schema(purpose);
        let server = foldline::PostgresStore::connect_with(self.server.url(), options).await?;
        Ok(vec![
            ("memory", open("memory:").await?),
            ("sqlite", open(&file).await?),
            ("postgres", AnyStore::new(server)),
        ])
    }
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn stores(c: &mut Criterion) {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let grounds = Grounds {
        folder: TempFolder::fresh().expect("a temporary folder"),
        server: TempPostgres::start_private().expect("a PostgreSQL server"),
    };
    for (name, store) in runtime.block_on(grounds.stores("execute")).expect("empty stores") {
        execute(c, &runtime, name, store).expect("every command is accepted, and counted");
    }
    for (name, store) in runtime.block_on(grounds.stores("append")).expect("empty stores") {
        append(c, &runtime, name, &store).expect("every commit is accepted, and counted");
    }
}

fn execute(c: &mut Criterion, runtime: &Runtime, name: &str, store: AnyStore) -> Result<(), Fault> {
    let bank = Executor::new(store);
    runtime.block_on(async {
        for number in 0..ACCOUNTS {
            bank.execute(Open { account: AccountId::numbered(number), deposit: START }).await.map_err(|e| told(&e))?;
        }
        Ok::<_, Fault>(())
    })?;
    let mut group = c.benchmark_group(format!("execute on {name}"));
    group.throughput(Throughput::Elements(1));
    for at_once in AT_ONCE {
        group.bench_function(BenchmarkId::new("at once", at_once), |b| {
            b.iter_custom(|commands| deposits(runtime, &bank, at_once, commands as usize));
        });
    }
    group.finish();
    runtime.block_on(bank.shutdown());
    Ok(())
}

/// How long so many deposits take, on accounts in turn.
#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn deposits(runtime: &Runtime, bank: &Executor, at_once: usize, commands: usize) -> Duration {
    let work = async {
        let before = bank.store().head().await?;
        let start = Instant::now();
        let deposit =
            |n: usize| bank.execute(Deposit { account: AccountId::numbered(n % ACCOUNTS), amount: 1 }).into_future();
        let answers = stream::iter(0..commands).map(deposit).buffer_unordered(at_once);
        answers
            .map_err(|error| told(&error))
            .try_for_each(|done| async {
                black_box(done);
                Ok(())
            })
            .await?;
        let spent = start.elapsed();
        assert_eq!(bank.store().head().await? - before, commands as u64, "a fast wrong answer is none");
        Ok::<_, Fault>(spent)
    };
    runtime.block_on(work).expect("every command is accepted, and counted")
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn append(c: &mut Criterion, runtime: &Runtime, name: &str, store: &AnyStore) -> Result<(), Fault> {
    let mut group = c.benchmark_group(format!("append to {name}"));
    let mut streams = 0..;
    for events in EVENTS {
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(BenchmarkId::new("events", events), |b| {
            b.iter_custom(|commits| {
                let work: Vec<_> = streams
                    .by_ref()
                    .take(commits as usize)
                    .map(|n| commit(n, events))
                    .collect::<Result<_, _>>()
                    .expect("commits");
                runtime.block_on(appended(store, work, events)).expect("every commit is accepted, and counted")
            });
        });
    }
    group.finish();
    runtime.block_on(store.close());
    Ok(())
}

/// So many deposits on a stream of its own.
fn commit(number: usize, events: usize) -> Result<Commit, Fault> {
    let (mut all, mut payloads) = (Vec::with_capacity(events), Vec::new());
    for _ in 0..events {
        let (event, start) = (AccountEvent::Deposited { amount: 1 }, payloads.len());
        event.encode(&mut payloads)?;
        let (name, schema_version) = (event.name(), event.schema_version());
        all.push(NewEvent { stream: 0, name, schema_version, payload: start..payloads.len() });
    }
    let nothing = Expectation { stream: StreamName::of(&AccountId::numbered(number)), seen: Seen::Nothing };
    Ok(Commit::new(CommitId::fresh(), vec![nothing]).with_events(all, payloads)?)
}

/// How long commits take, one after another.
async fn appended(store: &AnyStore, work: Vec<Commit>, events: usize) -> Result<Duration, Fault> {
    let (before, commits, start) = (store.head().await?, work.len(), Instant::now());
    for commit in work {
        let place = store.reserve().await?;
        match store.submit(place, commit).outcome().await {
            Outcome::Committed(_) => {}
            other => return Err(told(&other)),
        }
    }
    let spent = start.elapsed();
    assert_eq!(store.head().await? - before, (commits * events) as u64, "a fast wrong answer is none");
    Ok(spent)
}

criterion_group!(benches, stores);
criterion_main!(benches);
