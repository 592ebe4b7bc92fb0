//! The load: deposits and transfers on accounts that are left behind after a while, as customers come and go.
//!
//! No stream grows without end, and none comes back: what a process keeps of each would show.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use banking::{AccountId, BankError, Deposit, Money, Open, TheBank, Transfer};
use fastrand::Rng;
use foldline::{ExecuteError, Executor};
use tokio::{
    task::JoinHandle,
    time::{self, interval_at},
};

use crate::{Fault, histogram::Histogram};

/// So many accounts are in use at a time, for so many commands.
const ACCOUNTS: u64 = 100;
const COMMANDS: u64 = 5_000;

/// What each account is opened with, in cents: more than it can lose.
const START: u64 = 1_000_000;

/// What was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    opened: AtomicU64,
    deposits: AtomicU64,
    transfers: AtomicU64,
}

impl Ledger {
    pub(crate) fn events(&self) -> u64 {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        2 * of(&self.opened) + of(&self.deposits) + 2 * of(&self.transfers)
    }

    pub(crate) fn accounts(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    pub(crate) fn money(&self) -> u64 {
        START * self.accounts() + self.deposits.load(Ordering::Relaxed)
    }
}

pub(crate) struct Load {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<Result<(), Fault>>>,
}

struct Shared {
    bank: Executor,
    ledger: Arc<Ledger>,
    times: Histogram,
    /// The accounts in use, a hundred a number.
    street: AtomicU64,
    commands: AtomicU64,
    over: AtomicBool,
}

impl Load {
    pub(crate) async fn start(bank: Executor, concurrency: u32, rate: u32) -> Result<Self, Fault> {
        let shared = Arc::new(Shared {
            bank,
            ledger: Arc::default(),
            times: Histogram::new(),
            street: AtomicU64::new(0),
            commands: AtomicU64::new(0),
            over: AtomicBool::new(false),
        });
        shared.open(0).await?;
        let (concurrency, rate) = (concurrency.max(1), rate.max(1));
        let each = Duration::from_secs_f64(f64::from(concurrency) / f64::from(rate));
        // Evenly spread, not all at the same moment.
        let first = |nth| time::Instant::now() + each * nth / concurrency;
        let work = |nth| tokio::spawn(Arc::clone(&shared).work(u64::from(nth), interval_at(first(nth), each)));
        let tasks = (0..concurrency).map(work).collect();
        Ok(Self { shared, tasks })
    }

    pub(crate) fn times(&self) -> &Histogram {
        &self.shared.times
    }

    /// Whether some of it has ended by itself, which is a failure.
    pub(crate) fn is_broken(&self) -> bool {
        self.shared.over.load(Ordering::Relaxed)
    }

    /// Ends it, and says what was acknowledged.
    pub(crate) async fn stop(self) -> Result<Arc<Ledger>, Fault> {
        self.shared.over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await??;
        }
        Ok(Arc::clone(&self.shared.ledger))
    }
}

impl Shared {
    async fn work(self: Arc<Self>, nth: u64, mut turns: time::Interval) -> Result<(), Fault> {
        let mut rng = Rng::with_seed(nth);
        while !self.over.load(Ordering::Relaxed) {
            turns.tick().await;
            let done = self.act(&mut rng).await;
            if done.is_err() {
                // Nobody need wait an hour to be told.
                self.over.store(true, Ordering::Relaxed);
                return done;
            }
        }
        Ok(())
    }

    async fn act(&self, rng: &mut Rng) -> Result<(), Fault> {
        let street = self.street.load(Ordering::Acquire);
        let nth = rng.u64(0..ACCOUNTS);
        let (account, amount) = (account(street, nth)?, Money::cents(1));
        let began = Instant::now();
        if rng.bool() {
            told(self.bank.execute(Deposit { account, bank: TheBank, amount }).await)?;
            self.ledger.deposits.fetch_add(1, Ordering::Relaxed);
        } else {
            let to = self::account(street, (nth + 1 + rng.u64(0..ACCOUNTS - 1)) % ACCOUNTS)?;
            told(self.bank.execute(Transfer { from: account, to, bank: TheBank, amount }).await)?;
            self.ledger.transfers.fetch_add(1, Ordering::Relaxed);
        }
        self.times.record(began.elapsed());
        // Whoever does the last command for some accounts opens the next ones; the others go on meanwhile.
        let done = self.commands.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(COMMANDS) {
            let next = done / COMMANDS;
            self.open(next).await?;
            self.street.fetch_max(next, Ordering::Release);
        }
        Ok(())
    }

    async fn open(&self, street: u64) -> Result<(), Fault> {
        for nth in 0..ACCOUNTS {
            let account = account(street, nth)?;
            told(self.bank.execute(Open { account: account.clone(), owner: "Ada Lovelace".parse()? }).await)?;
            told(self.bank.execute(Deposit { account, bank: TheBank, amount: Money::cents(START) }).await)?;
            self.ledger.opened.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn account(street: u64, nth: u64) -> Result<AccountId, Fault> {
    Ok(format!("{street:07}-{nth:02}").parse()?)
}

fn told<T>(result: Result<T, ExecuteError<BankError>>) -> Result<(), Fault> {
    result.map(drop).map_err(|error| format!("a command came to {error:?}").into())
}
