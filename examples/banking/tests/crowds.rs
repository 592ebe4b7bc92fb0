//! Many transfers at once, on a real executor: money moves, and none is made or lost.

use std::error::Error;

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, TheBank, Transfer};
use foldline::{RetryPolicy, prelude::*, testing::Queueing};
use futures_util::TryStreamExt;

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const ACCOUNTS: usize = 10;
const CUSTOMERS: u64 = 64;
const TRANSFERS_EACH: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn money_is_conserved_under_sixty_four_concurrent_customers() -> Done {
    let store = Queueing::before(MemoryStore::new());
    // Each as in a process of its own: none knows what the others are about to do. However often they are faster, nobody
    // gives up.
    let branch = || Executor::builder(store.clone()).retry(RetryPolicy::retries(u32::MAX)).build();
    let branches = [branch(), branch(), branch(), branch()];
    let bank = branch();
    let mut accounts = Vec::new();
    for number in 0..ACCOUNTS {
        let account: AccountId = format!("account-{number}").parse()?;
        bank.execute(Open { account: account.clone(), owner: "Somebody".parse()? }).await?;
        bank.execute(Deposit { account: account.clone(), bank: TheBank, amount: Money::cents(100) }).await?;
        accounts.push(account);
    }

    let customers: Vec<_> = (0..CUSTOMERS)
        .zip(branches.iter().cycle())
        .map(|(seed, bank)| tokio::spawn(send_money_about(bank.clone(), accounts.clone(), seed)))
        .collect();
    let (mut moved, mut refused) = (0, 0);
    for customer in customers {
        let (accepted, rejected) = customer.await??;
        moved += accepted;
        refused += rejected;
    }

    assert!(moved > 0 && refused > 0, "both happened: {moved} transfers, {refused} refusals");
    assert_eq!(total(&bank, &accounts).await?, Money::cents(100 * ACCOUNTS as u64));
    assert_eq!(bank.log(0).raw().try_fold(0, async |n, _| Ok(n + 1)).await?, 2 * (ACCOUNTS + moved));
    no_account_was_ever_overdrawn(&bank, &accounts).await
}

/// One customer: between any two accounts, a random amount. Says how many transfers were accepted, and how many refused.
async fn send_money_about(bank: Executor, accounts: Vec<AccountId>, seed: u64) -> Done<(usize, usize)> {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..TRANSFERS_EACH {
        let two = random.choose_multiple(accounts.iter().cloned(), 2);
        let Ok([from, to]) = <[AccountId; 2]>::try_from(two) else { return Err("there are two accounts".into()) };
        match bank.execute(Transfer { from, to, bank: TheBank, amount: Money::cents(random.u64(1..=150)) }).await {
            Ok(_) => accepted += 1,
            Err(ExecuteError::Rejected(BankError::InsufficientFunds)) => refused += 1,
            Err(other) => return Err(other.into()),
        }
    }
    Ok((accepted, refused))
}

async fn total(bank: &Executor, accounts: &[AccountId]) -> Done<Money> {
    let mut balances = Vec::new();
    for account in accounts {
        balances.push(bank.load(account).await?.ok_or("the account is open")?.balance);
    }
    Ok(balances.into_iter().sum())
}

async fn no_account_was_ever_overdrawn(bank: &Executor, accounts: &[AccountId]) -> Done {
    for account in accounts {
        let (mut came_in, mut went_out) = (Money::ZERO, Money::ZERO);
        let mut history = bank.history(account).read();
        while let Some(record) = history.try_next().await? {
            match record.event {
                AccountEvent::Opened { .. } | AccountEvent::Closed => {}
                AccountEvent::InterestPaid { amount, .. } | AccountEvent::Deposited { amount } => came_in += amount,
                AccountEvent::Withdrawn { amount } => went_out += amount,
            }
            assert!(went_out <= came_in, "{account} was overdrawn at position {}", record.position());
        }
    }
    Ok(())
}
