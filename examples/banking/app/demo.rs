//! The bank's story, told while it happens.

use banking::{AccountId, Deposit, Freeze, Money, Open, Rate, Thaw, TheBank, Transfer, Withdraw};
use foldline::prelude::*;
use support::{
    Done, Opened,
    log::print,
    story::{say, what_next},
};

use crate::{bank::Bank, books::Books, statements::lines};

/// Tells it. On a log that has heard it before, it goes on from what there is.
pub(crate) async fn tell(bank: &Bank, place: &Opened) -> Done {
    let executor = &bank.service.executor;
    let before = executor.store().head().await?;
    let (ada, bob): (AccountId, AccountId) = ("ada".parse()?, "bob".parse()?);
    let transfer = |amount| Transfer { from: ada.clone(), to: bob.clone(), bank: TheBank, amount: euros(amount) };

    println!("Two people come to the bank. Its log is {}.\n", place.url);
    for (account, owner) in [(&ada, "Ada Lovelace"), (&bob, "Bob Kahn")] {
        let open = Open { account: account.clone(), owner: owner.parse()? };
        say(format!("{owner} opens the account `{account}`"), executor.execute(open).await)?;
    }
    let deposit = Deposit { account: ada.clone(), bank: TheBank, amount: euros(50) };
    say("Ada pays in 50.00", executor.execute(deposit).await)?;
    let rent = || executor.execute(transfer(20)).idempotency_key("rent-november");
    say("Ada sends Bob 20.00, the rent: both sides at once, or neither", rent().await)?;
    say("Ada sends the rent again, for the line was bad", rent().await)?;
    say("Ada would send a million", executor.execute(transfer(1_000_000)).await)?;
    let withdraw = Withdraw { account: bob.clone(), bank: TheBank, amount: euros(5) };
    say("Bob takes out 5.00", executor.execute(withdraw).await)?;

    println!("\nThe bank does something for all accounts at once.\n");
    let freeze = Freeze { bank: TheBank, reason: "the auditors are here".parse()? };
    say("It freezes all money", executor.execute(freeze).await)?;
    say("Ada would send 1.00", executor.execute(transfer(1)).await)?;
    say("It lets money move again", executor.execute(Thaw { bank: TheBank }).await)?;
    bank.service.caught_up().await?;
    for paid in bank.pay_interest(&"2026-11".parse()?, Rate::try_new(100)?).await {
        say("It pays an account one per cent for November", paid)?;
    }

    let head = bank.service.caught_up().await?;
    println!("\nWhat the accounts hold, by a projection of the log:\n");
    bank.list();
    if let Some(then) = executor.load(&ada).at_version(2).await? {
        println!("  {ada:<16} {:<24} {:>12}", "after 2 events", then.balance);
    }
    if let Some(lines) = lines(executor.store(), &bob).await? {
        println!("\nBob's statement, from rows of the log's database:\n");
        for (position, what, amount) in lines {
            println!("  {position:>6}  {what:<33} {amount:>12}");
        }
    }
    println!("\nWhat was written to the log meanwhile:\n");
    print(executor.log(before).until(head).raw()).await?;

    let (books, held) = (Books::read(executor, head).await?, bank.balances.read(banking::Balances::total));
    books.check(held)?;
    println!(
        "\nThe books, from the log alone: {} paid in, {} interest, {} paid out.",
        books.paid_in, books.interest, books.paid_out
    );
    println!("That leaves {held}, which is what the accounts hold. Of {} sent, {} arrived.", books.sent, books.arrived);
    what_next("banking", place, crate::USUAL, ("history ada --at 2", "an account as it was"));
    Ok(())
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}
