//! A small bank that tells what happens: in memory, or where the URL says that is its argument. There it goes on with what it had.

use std::{env, error::Error};

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, Transfer, Withdraw};
use foldline::prelude::*;
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).unwrap_or_else(|| "memory:".to_owned());
    let bank = Executor::new(foldline::open(&url).await?);
    let (ada, bob): (AccountId, AccountId) = ("ada".parse()?, "bob".parse()?);
    let euros = |euros: u64| Money::cents(euros * 100);

    println!("Two people come to the bank.\n");
    for (account, owner) in [(&ada, "Ada Lovelace"), (&bob, "Bob Kahn")] {
        match bank.execute(Open { account: account.clone(), owner: owner.parse()? }).await {
            Ok(done) => say(&format!("{owner} opens the account `{account}`."), &done),
            Err(ExecuteError::Rejected(BankError::AlreadyOpen)) => {
                let had = bank.load(account).await?.map_or(Money::ZERO, |loaded| loaded.balance);
                println!("  {owner} has the account `{account}` from before, with {had}.");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = bank.execute(Deposit { account: ada.clone(), amount: euros(50) }).await?;
    say(&format!("Ada pays in {}.", euros(50)), &done);

    let transfer = |amount| Transfer { from: ada.clone(), to: bob.clone(), amount };
    let done = bank.execute(transfer(euros(20))).idempotency_key("rent-november").await?;
    if done.replayed() {
        println!("  Ada has sent Bob November's rent before: it is not sent again.");
    } else {
        say(&format!("Ada sends Bob {}: both sides at once, or neither.", euros(20)), &done);
    }
    let again = bank.execute(transfer(euros(20))).idempotency_key("rent-november").await?;
    let happened = if again.replayed() { "it had happened, and happens once" } else { "it happened twice" };
    println!("  The line was bad, so she sends it again: {happened}.");

    match bank.execute(transfer(euros(500))).await {
        Err(ExecuteError::Rejected(BankError::InsufficientFunds)) => {
            println!("  Ada would send 500.00 more: rejected, for want of money. Nothing was stored.");
        }
        other => println!("  Ada sent what she does not have: {other:?}"),
    }
    let done = bank.execute(Withdraw { account: bob.clone(), amount: euros(5) }).await?;
    say(&format!("Bob takes out {}.", euros(5)), &done);

    println!("\nWhat the accounts add up to:\n");

    for account in [&ada, &bob] {
        let Some(loaded) = bank.load(account).await? else { continue };
        println!("  {account:<6} {:>8}   after {} events", loaded.balance, loaded.version());
    }
    if let Some(before) = bank.load(&ada).at_version(2).await? {
        println!("  {:<6} {:>8}   as it was after 2", ada, before.balance);
    }

    println!("\nThe log, which is all there is:\n");
    let mut log = bank.log(0).typed::<AccountEvent>();
    let (mut paid_in, mut paid_out) = (Money::ZERO, Money::ZERO);
    while let Some(record) = log.try_next().await? {
        println!("  {:>2}  {:<12} {:>2}  {:?}", record.position(), record.stream(), record.version(), record.event);
        match record.event {
            AccountEvent::Deposited { amount } => paid_in += amount,
            AccountEvent::Withdrawn { amount } => paid_out += amount,
            AccountEvent::Opened { .. } => {}
        }
    }
    paid_in -= paid_out;
    println!(
        "\n  Everything in, less everything out: {paid_in}.\n\nThe whole domain: examples/banking/src/account.rs and commands.rs."
    );
    bank.shutdown().await;
    Ok(())
}

/// One line of the story, and where in the log it ended.
fn say(line: &str, done: &Committed) {
    println!("  {line:<56} log position {}", done.position().unwrap_or_default());
}
