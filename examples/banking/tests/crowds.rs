//! Many transfers at once: money moves, and none is made or lost.

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, TheBank, Transfer};
use foldline::{RetryPolicy, prelude::*, testing::Queueing};
use futures_util::{TryStreamExt, future::try_join_all};
use support::Done;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn money_is_conserved_under_sixty_four_concurrent_customers() -> Done {
    let store = Queueing::before(MemoryStore::new());
    // Each as in a process of its own: none knows what the others are about to do. However often they are faster, nobody
    // gives up.
    let branch = || Executor::builder(store.clone()).retry(RetryPolicy::retries(u32::MAX)).build();
    let branches = [branch(), branch(), branch(), branch()];
    let names = (0..10).map(|number| format!("account-{number}").parse());
    let accounts: Vec<AccountId> = names.collect::<Result<_, _>>()?;
    for account in &accounts {
        branches[0].execute(Open { account: account.clone(), owner: "Somebody".parse()? }).await?;
        let deposit = Deposit { account: account.clone(), bank: TheBank, amount: Money::cents(100) };
        branches[0].execute(deposit).await?;
    }

    let customers = (0..64).zip(branches.iter().cycle());
    let customers = customers.map(|(seed, bank)| tokio::spawn(send_money_about(bank.clone(), accounts.clone(), seed)));
    let moved: Vec<usize> = try_join_all(customers).await?.into_iter().collect::<Done<_>>()?;

    let moved: usize = moved.into_iter().sum();
    assert!(moved > 0 && moved < 64 * 50, "some were done and some refused: {moved}");
    assert_eq!(branches[0].log(0).raw().try_fold(0, async |n, _| Ok(n + 1)).await?, 20 + 2 * moved);
    let mut total = Money::ZERO;
    for account in &accounts {
        total += never_overdrawn(&branches[0], account).await?;
    }
    assert_eq!(total, Money::cents(1_000));
    Ok(())
}

/// One customer: between any two accounts, a random amount. Says how many transfers were done.
async fn send_money_about(bank: Executor, accounts: Vec<AccountId>, seed: u64) -> Done<usize> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut done = 0;
    for _ in 0..50 {
        let two = random.choose_multiple(accounts.iter().cloned(), 2);
        let Ok([from, to]) = <[AccountId; 2]>::try_from(two) else { return Err("there are two accounts".into()) };
        match bank.execute(Transfer { from, to, bank: TheBank, amount: Money::cents(random.u64(1..=150)) }).await {
            Ok(_) => done += 1,
            Err(ExecuteError::Rejected(BankError::InsufficientFunds)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(done)
}

/// What an account holds by its own history, in which never more went out than had come in.
async fn never_overdrawn(bank: &Executor, account: &AccountId) -> Done<Money> {
    let mut balance = 0;
    let mut history = bank.history(account).read();
    while let Some(record) = history.try_next().await? {
        match record.event {
            AccountEvent::Opened { .. } | AccountEvent::Closed => {}
            AccountEvent::InterestPaid { amount, .. } | AccountEvent::Deposited { amount } => {
                balance += amount.as_cents();
            }
            AccountEvent::Withdrawn { amount } => {
                let left = balance.checked_sub(amount.as_cents());
                balance = left.ok_or_else(|| format!("{account} was overdrawn at {}", record.position()))?;
            }
        }
    }
    Ok(Money::from_cents(balance))
}
