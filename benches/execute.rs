//! Executing commands in memory, through the real executor and store: one stream, two streams.

mod shared;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use foldline::{Command, storage::Store};
use shared::{AccountId, Deposit, Fault, START, Transfer, bank_of, told};
use tokio::runtime::{Builder, Runtime};

/// So many accounts a bank. Each is used once, so that every command finds streams of the same length.
const ACCOUNTS: usize = 1_000;

fn execute(c: &mut Criterion) {
    let mut group = c.benchmark_group("execute in memory");
    group.throughput(Throughput::Elements(1));
    let deposit = |number| Deposit { account: AccountId::numbered(number), amount: 1 };
    group.bench_function("1 stream", |b| b.iter_custom(|commands| time(commands, 1, deposit)));
    let transfer = |number| {
        let (from, to) = (AccountId::numbered(2 * number), AccountId::numbered(2 * number + 1));
        Transfer { from, to, amount: 1 }
    };
    group.bench_function("2 streams", |b| b.iter_custom(|commands| time(commands, 2, transfer)));
    group.finish();
}

/// How long so many commands take, a bank at a time. What a bank needs before and after is outside of the clock.
#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn time<C: Command>(commands: u64, streams: usize, command: impl Fn(usize) -> C) -> Duration
where
    C::Error: std::fmt::Debug,
{
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime of one thread");
    let (mut left, mut spent) = (usize::try_from(commands).expect("fewer commands than memory"), Duration::ZERO);
    while left > 0 {
        let now = left.min(ACCOUNTS / streams);
        spent += one_bank(&runtime, now, now * streams, &command).expect("every command is accepted, and counted");
        left -= now;
    }
    spent
}

fn one_bank<C: Command>(
    runtime: &Runtime,
    commands: usize,
    events: usize,
    command: impl Fn(usize) -> C,
) -> Result<Duration, Fault>
where
    C::Error: std::fmt::Debug,
{
    runtime.block_on(async {
        let bank = bank_of(ACCOUNTS).await?;
        let before = bank.store().head().await?;
        let work: Vec<C> = (0..commands).map(command).collect();
        let start = Instant::now();
        for command in work {
            black_box(bank.execute(command).await.map_err(|error| told(&error))?);
        }
        let spent = start.elapsed();
        // A fast wrong answer is none: as many events as commands make, and money neither lost nor made but by deposits.
        assert_eq!(bank.store().head().await? - before, events as u64);
        let paid_in = if events == commands { commands as u64 } else { 0 };
        let mut total = 0;
        for number in 0..ACCOUNTS {
            let account = bank.load(&AccountId::numbered(number)).await?.ok_or("every account is open")?;
            total += account.balance;
        }
        assert_eq!(total, ACCOUNTS as u64 * START + paid_in);
        Ok(spent)
    })
}

criterion_group!(benches, execute);
criterion_main!(benches);
