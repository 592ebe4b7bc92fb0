//! Catching up: a read model in memory folds a log in memory, from its first event to its last.

mod shared;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use foldline::{AnyStore, Executor, InMemory, Projector, projection};
use futures_util::{StreamExt, TryStreamExt, stream};
use shared::{AccountEvent, AccountId, Deposit, Fault, Open, START, told};
use tokio::runtime::Builder;

/// What all accounts hold.
#[derive(Debug, Clone, Default)]
struct Total {
    money: u64,
}

#[projection(ignore(AccountEvent::Opened))]
impl Total {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, _account: AccountId, amount: u64) {
        self.money += amount;
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, _account: AccountId, amount: u64) {
        self.money -= amount;
    }
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn catch_up(c: &mut Criterion) {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut group = c.benchmark_group("catch up in memory");
    for events in [1_000, 10_000, 100_000] {
        let store = runtime.block_on(log_of(events)).expect("a log of so many events");
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(BenchmarkId::new("events", events), |b| {
            b.iter_custom(|times| {
                let spent = |_| runtime.block_on(caught_up(&store, events)).expect("all of the log is taken in");
                (0..times).map(spent).sum()
            });
        });
    }
    group.finish();
}

/// A hundred accounts, opened and paid into.
async fn log_of(events: usize) -> Result<AnyStore, Fault> {
    const ACCOUNTS: usize = 100;
    let bank = Executor::new(foldline::MemoryStore::new());
    for number in 0..ACCOUNTS {
        bank.execute(Open { account: AccountId::numbered(number), deposit: START })
            .await
            .map_err(|error| told(&error))?;
    }
    let deposit =
        |n: usize| bank.execute(Deposit { account: AccountId::numbered(n % ACCOUNTS), amount: 1 }).into_future();
    let answers = stream::iter(2 * ACCOUNTS..events).map(deposit).buffer_unordered(ACCOUNTS);
    answers.map_err(|error| told(&error)).try_for_each(|_| async { Ok(()) }).await?;
    Ok(bank.store().clone())
}

async fn caught_up(store: &AnyStore, events: usize) -> Result<Duration, Fault> {
    let total = InMemory::new(Total::default());
    let (view, start) = (total.view(), Instant::now());
    let projector = Projector::builder(store.clone()).run(total).start()?;
    projector.wait_for(events as u64).await?;
    let spent = start.elapsed();
    // 100 accounts of START each, from two events each; the others are deposits of 1.
    assert_eq!(view.read(|total| total.money), 100 * START + (events - 200) as u64, "a fast wrong answer is none");
    projector.shutdown().await;
    Ok(spent)
}

criterion_group!(benches, catch_up);
criterion_main!(benches);
