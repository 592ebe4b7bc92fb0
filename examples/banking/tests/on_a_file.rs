//! The bank on a file: it stops, starts again, and has its money.

use std::{error::Error, process::Command};

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, Transfer};
use foldline::{SqliteStore, prelude::*, testing::TempFolder};
use futures_util::TryStreamExt;

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::test]
async fn what_the_accounts_hold_is_there_after_a_restart() -> Done {
    let folder = TempFolder::fresh()?;
    let (ada, bob): (AccountId, AccountId) = ("ada".parse()?, "bob".parse()?);
    let rent = || Transfer { from: ada.clone(), to: bob.clone(), amount: Money::cents(20) };

    let bank = Executor::new(SqliteStore::open(folder.file("bank.db")).await?);
    for account in [&ada, &bob] {
        bank.execute(Open { account: account.clone(), owner: "Somebody".parse()? }).await?;
    }
    bank.execute(Deposit { account: ada.clone(), amount: Money::cents(50) }).await?;
    let first = bank.execute(rent()).idempotency_key("rent-november").await?;
    bank.shutdown().await;

    let bank = Executor::new(SqliteStore::open(folder.file("bank.db")).await?);
    let balance =
        async |account: &AccountId| bank.load(account).await.map(|loaded| loaded.map(|loaded| loaded.balance));
    assert_eq!(balance(&ada).await?, Some(Money::cents(30)));
    assert_eq!(balance(&bob).await?, Some(Money::cents(20)));
    let again = bank.execute(rent()).idempotency_key("rent-november").await?;
    assert!(again.replayed() && again.position() == first.position(), "{again:?}");
    let opened = bank.execute(Open { account: ada.clone(), owner: "Somebody".parse()? }).await;
    assert_eq!(opened.err().and_then(|error| error.into_rejection().ok()), Some(BankError::AlreadyOpen));
    bank.execute(rent()).await?;
    assert_eq!(balance(&ada).await?, Some(Money::cents(10)));
    let log: Vec<_> = bank.log(0).typed::<AccountEvent>().try_collect().await?;
    assert_eq!(log.iter().map(|event| event.position()).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    bank.shutdown().await;
    Ok(())
}

/// The program itself, three times on one file: each time it says what there is, and the rent is paid once.
#[test]
fn the_program_goes_on_where_it_stopped() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("bank.db").display());
    // Each time Ada pays in 50.00 and Bob takes out 5.00; the rent of 20.00 is paid the first time.
    for (ada, bob) in [("30.00", "15.00"), ("80.00", "10.00"), ("130.00", "5.00")] {
        let run = Command::new(env!("CARGO_BIN_EXE_banking")).arg(&url).output()?;
        let told = String::from_utf8(run.stdout)?;
        assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
        for (account, balance) in [("ada", ada), ("bob", bob)] {
            let line = |line: &str| line.trim_start().starts_with(account) && line.contains(balance);
            assert!(told.lines().any(line), "{account} has not {balance}:\n{told}");
        }
    }
    Ok(())
}
