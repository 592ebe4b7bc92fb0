//! Folding a stream into its state: the code that `#[stream]` writes beside the same by hand.
//!
//! `apply` is the fold alone, on facts in memory. `load` is all of it, from stored payloads, through the executor.

mod shared;

use std::hint::black_box;

use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use foldline::{
    CommitId, Event, Executor, MemoryStore, Stream, StreamKey, StreamName,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, Store},
};
use shared::{Account, AccountEvent, AccountId, Fault, balance_after, by_hand, history};
use tokio::runtime::{Builder, Runtime};

const LENGTHS: [usize; 3] = [100, 1_000, 10_000];

fn apply(c: &mut Criterion) {
    let mut group = c.benchmark_group("apply");
    for length in LENGTHS {
        let generated: Vec<AccountEvent> = history(length);
        let by_hand: Vec<by_hand::AccountEvent> = generated.iter().cloned().map(Into::into).collect();
        assert_eq!(folded::<Account>(generated.clone()).balance, balance_after(length));
        assert_eq!(folded::<by_hand::Account>(by_hand.clone()).balance, balance_after(length));
        bench_apply::<Account>(&mut group, "generated", &generated);
        bench_apply::<by_hand::Account>(&mut group, "by hand", &by_hand);
    }
    group.finish();
}

fn bench_apply<S: Stream>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, events: &[S::Event]) {
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function(BenchmarkId::new(name, events.len()), |b| {
        b.iter_batched(|| events.to_vec(), |events| black_box(folded::<S>(events)), BatchSize::SmallInput);
    });
}

fn folded<S: Stream>(events: Vec<S::Event>) -> S {
    let mut state = S::initial();
    for event in events {
        state.apply(black_box(event));
    }
    state
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn load(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime of one thread");
    let mut group = c.benchmark_group("load");
    for length in LENGTHS {
        let bank = runtime.block_on(stored(length)).expect("a stream of so many events");
        group.throughput(Throughput::Elements(length as u64));
        let key = AccountId::numbered(7);
        let balance = |account: &Account| account.balance;
        bench_load(&mut group, "generated", &runtime, &bank, &key, length, balance);
        let key = by_hand::AccountId(key.to_string());
        let balance = |account: &by_hand::Account| account.balance;
        bench_load(&mut group, "by hand", &runtime, &bank, &key, length, balance);
    }
    group.finish();
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn bench_load<K: StreamKey>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    runtime: &Runtime,
    bank: &Executor,
    key: &K,
    length: usize,
    balance: impl Fn(&K::State) -> u64,
) {
    let load = || runtime.block_on(async { bank.load(key).await });
    let once = load().expect("it can be read").expect("it has events");
    assert_eq!((once.version(), balance(&once)), (length as u64, balance_after(length)));
    group.bench_function(BenchmarkId::new(name, length), |b| b.iter(|| black_box(load())));
}

/// A log that holds one account of so many events, put there by one commit.
async fn stored(length: usize) -> Result<Executor, Fault> {
    let store = MemoryStore::new();
    let (mut events, mut payloads) = (Vec::new(), Vec::new());
    for event in history(length) {
        let start = payloads.len();
        event.encode(&mut payloads)?;
        let (name, schema_version) = (event.name(), event.schema_version());
        events.push(NewEvent { stream: 0, name, schema_version, payload: start..payloads.len() });
    }
    let nothing = Expectation { stream: StreamName::of(&AccountId::numbered(7)), seen: Seen::Nothing };
    let commit = Commit::new(CommitId::fresh(), vec![nothing]).with_events(events, payloads)?;
    let place = store.reserve().await?;
    match store.submit(place, commit).outcome().await {
        Outcome::Committed(_) => Ok(Executor::new(store)),
        other => Err(shared::told(&other)),
    }
}

criterion_group!(benches, apply, load);
criterion_main!(benches);
