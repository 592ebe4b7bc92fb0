//! The bank's story, told while it happens.

use banking::{
    AccountId, BankError, Deposit, Freeze, Money, Open, PayInterest, Rate, Thaw, TheBank, Transfer, Withdraw,
};
use foldline::prelude::*;
use support::{Opened, log::Line};

use crate::{Done, bank::Bank, books::Books};
use futures_util::TryStreamExt;

/// Tells it. On a log that has heard it before, it goes on from what there is.
pub(crate) async fn tell(bank: &Bank, place: &Opened) -> Done {
    let executor = &bank.service.executor;
    let before = executor.store().head().await?;
    let (ada, bob): (AccountId, AccountId) = ("ada".parse()?, "bob".parse()?);
    let transfer = |amount| Transfer { from: ada.clone(), to: bob.clone(), bank: TheBank, amount };

    println!("Two people come to the bank. Its log is {}.\n", place.url);
    for (account, owner) in [(&ada, "Ada Lovelace"), (&bob, "Bob Kahn")] {
        match executor.execute(Open { account: account.clone(), owner: owner.parse()? }).await {
            Ok(done) => say(&format!("{owner} opens the account `{account}`."), &done),
            Err(ExecuteError::Rejected(BankError::AlreadyOpen)) => {
                println!("  {owner} has the account `{account}` from before.");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = executor.execute(Deposit { account: ada.clone(), bank: TheBank, amount: euros(50) }).await?;
    say(&format!("Ada pays in {}.", euros(50)), &done);

    for _ in 0..2 {
        let done = executor.execute(transfer(euros(20))).idempotency_key("rent-november").await?;
        if done.replayed() {
            println!("  Ada sends the rent again, for the line was bad: it had happened, and happens once.");
        } else {
            say("Ada sends Bob 20.00, the rent: both sides at once, or neither.", &done);
        }
    }
    refused("Ada would send a million", executor.execute(transfer(euros(1_000_000))).await);
    let done = executor.execute(Withdraw { account: bob.clone(), bank: TheBank, amount: euros(5) }).await?;
    say("Bob takes out 5.00.", &done);

    println!("\nThe bank does something for all accounts at once.\n");
    let done = executor.execute(Freeze { bank: TheBank, reason: "the auditors are here".parse()? }).await?;
    say("It freezes all money.", &done);
    refused("Ada would send 1.00", executor.execute(transfer(euros(1))).await);
    say("It lets money move again.", &executor.execute(Thaw { bank: TheBank }).await?);
    bank.caught_up().await?;
    let accounts: Vec<_> =
        bank.balances.read(|balances| balances.iter().map(|(account, ..)| account.clone()).collect());
    let rate = Rate::try_from(100)?;
    let interest = |account| -> Done<_> { Ok(PayInterest { account, bank: TheBank, month: "2026-11".parse()?, rate }) };
    let interest: Vec<_> = accounts.into_iter().map(interest).collect::<Done<_>>()?;
    for paid in executor.execute_all(interest).await {
        match paid {
            Ok(done) => say("It pays an account one per cent for November.", &done),
            error => refused("It would pay an account its interest", error),
        }
    }

    let head = bank.caught_up().await?;
    println!("\nWhat the accounts hold, by a projection of the log:\n");
    bank.balances.read(|balances| {
        for (account, owner, balance) in balances.iter() {
            println!("  {account:<6} {owner:<14} {balance:>10}");
        }
    });
    if let Some(then) = executor.load(&ada).at_version(2).await? {
        println!("  {ada:<6} {:<14} {:>10}", "after 2 events", then.balance);
    }

    println!("\nWhat was written to the log meanwhile:\n");
    let mut log = executor.log(before).until(head).raw();
    while let Some(event) = log.try_next().await? {
        println!("  {}", Line(&event));
    }

    let (books, held) = (Books::read(executor, head).await?, bank.balances.read(banking::Balances::total));
    books.check(held)?;
    println!(
        "\nThe books, from the log alone: {} paid in, {} interest, {} paid out.",
        books.paid_in, books.interest, books.paid_out
    );
    println!("That leaves {held}, which is what the accounts hold. Of {} sent, {} arrived.", books.sent, books.arrived);
    what_next(place);
    Ok(())
}

fn what_next(place: &Opened) {
    let url = if place.is_passing() { "sqlite:bank.db" } else { &place.url };
    println!("\nWhat to try next:\n");
    for (task, why) in [
        ("", "the same where it stays: run it twice"),
        ("serve", "the bank over HTTP; /openapi.json says what it can do"),
        ("log --follow", "the log, while something happens elsewhere"),
        ("history ada --at 2", "an account as it was"),
        ("load", "many transfers at once"),
    ] {
        println!("  {:<66} {why}", format!("cargo run -p banking -- --store {url} {task}"));
    }
    println!("\nThe domain is in examples/banking/src: account.rs and commands.rs first.");
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}

/// One line of the story, and where in the log it ended.
fn say(line: &str, done: &Committed) {
    println!("  {line:<62} log position {}", done.position().unwrap_or_default());
}

/// A line about what the bank would not do.
fn refused(line: &str, outcome: Result<Committed, ExecuteError<BankError>>) {
    match outcome {
        Err(ExecuteError::Rejected(why)) => println!("  {line}. Rejected: {why}."),
        Err(error) => println!("  {line}. That failed: {error}."),
        Ok(done) => say(&format!("{line}, and does."), &done),
    }
}
