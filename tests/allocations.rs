//! What folding and executing allocate, as the allocator itself counts it, a thread at a time.
//!
//! The bank is the benches' own, so that these figures and theirs speak of the same commands.

#[path = "../benches/shared/mod.rs"]
mod shared;

use allocation_counter::measure;
use foldline::{Command, Event, Stream};
use shared::{Account, AccountEvent, AccountId, Deposit, Fault, START, Transfer, bank_of, by_hand, history, told};
use tokio::runtime::Builder;

/// Decodes and folds what was stored, and counts the allocations of that alone.
fn allocations_of_a_fold<S: Stream>(stored: &[(&'static str, Vec<u8>)]) -> Result<(S, u64), Fault> {
    let (mut state, mut outcome) = (S::initial(), Ok(()));
    let counted = measure(|| {
        outcome = stored.iter().try_for_each(|(name, payload)| {
            state.apply(S::Event::decode(name, 1, payload)?);
            Ok::<_, foldline::DecodeError>(())
        });
    });
    outcome?;
    Ok((state, counted.count_total))
}

fn stored(events: impl IntoIterator<Item = AccountEvent>) -> Result<Vec<(&'static str, Vec<u8>)>, Fault> {
    let encode = |event: AccountEvent| {
        let mut payload = Vec::new();
        event.encode(&mut payload)?;
        Ok((event.name(), payload))
    };
    events.into_iter().map(encode).collect()
}

#[test]
fn a_fold_allocates_what_its_payloads_hold_and_nothing_else() -> Result<(), Fault> {
    let numbers = stored(history(1_000).into_iter().skip(1))?;
    let (account, count) = allocations_of_a_fold::<Account>(&numbers)?;
    assert_eq!((numbers.len(), account.balance), (999, 999), "what was counted is the fold of all of it");
    assert_eq!(count, 0, "numbers need no memory of their own");

    let owners = (0..100).map(|n| AccountEvent::Opened { owner: format!("Ada the {n}th") });
    let owners = stored(owners)?;
    let (account, count) = allocations_of_a_fold::<Account>(&owners)?;
    assert_eq!(account.owner, "Ada the 99th");
    assert_eq!(count, 100, "each text is allocated once, and moved into the state");
    Ok(())
}

#[test]
fn the_generated_fold_allocates_no_more_than_one_by_hand() -> Result<(), Fault> {
    // A text with an escape is read through a buffer; both sides pay for that alike.
    let quoted = AccountEvent::Opened { owner: "Grace \"Amazing\" Hopper".into() };
    let stored = stored(history(100).into_iter().chain([quoted]))?;
    let (generated, by_macro) = allocations_of_a_fold::<Account>(&stored)?;
    let (written, by_hand) = allocations_of_a_fold::<by_hand::Account>(&stored)?;
    assert_eq!((generated.balance, &generated.owner), (written.balance, &written.owner));
    assert!(by_macro <= by_hand, "{by_macro} by the macro, {by_hand} by hand");
    Ok(())
}

/// What one command needs on a bank in memory, what happens now and then (tables that grow) spread over many.
struct Need {
    allocations: f64,
    /// Bytes that stay: the log's, since every state was there before.
    kept: f64,
}

fn need_of<C: Command>(streams: usize, command: impl Fn(usize) -> C) -> Result<Need, Fault>
where
    C::Error: std::fmt::Debug,
{
    const COMMANDS: usize = 1_000;
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let bank = runtime.block_on(bank_of(streams * COMMANDS))?;
    let mut work: Vec<C> = Vec::new();
    let commands = measure(|| work = (0..COMMANDS).map(command).collect());
    let mut outcome = Ok(());
    let counted = measure(|| {
        outcome = runtime.block_on(async {
            for command in work {
                bank.execute(command).await.map_err(|error| told(&error))?;
            }
            Ok::<_, Fault>(())
        });
    });
    outcome?;
    let money = runtime.block_on(async {
        let mut money = 0;
        for number in 0..streams * COMMANDS {
            let account = bank.load(&AccountId::numbered(number)).await?.ok_or("every account is open")?;
            assert_eq!(account.version(), 3, "every stream got one event more");
            money += account.balance;
        }
        Ok::<_, Fault>(money)
    })?;
    let paid_in = if streams == 1 { COMMANDS as u64 } else { 0 };
    assert_eq!(money, (streams * COMMANDS) as u64 * START + paid_in);
    Ok(Need {
        allocations: counted.count_total as f64 / COMMANDS as f64,
        // The commands themselves are given back.
        kept: (counted.bytes_current + commands.bytes_current) as f64 / COMMANDS as f64,
    })
}

/// The bounds leave room for one allocation, and for a pointer or two. Who needs more says why here.
#[test]
fn a_command_in_memory_allocates_and_keeps_little() -> Result<(), Fault> {
    let account = AccountId::numbered;
    let deposit = need_of(1, |n| Deposit { account: account(n), amount: 1 })?;
    let transfer = need_of(2, |n| Transfer { from: account(2 * n), to: account(2 * n + 1), amount: 1 })?;
    for (name, need) in [("deposit", &deposit), ("transfer", &transfer)] {
        println!("a {name}: {:.1} allocations, {:.0} bytes kept", need.allocations, need.kept);
    }
    assert!(deposit.allocations < 8.5, "{} allocations a deposit", deposit.allocations);
    assert!(transfer.allocations < 10.5, "{} allocations a transfer", transfer.allocations);
    assert!(deposit.kept < 300.0, "{} bytes a deposit", deposit.kept);
    assert!(transfer.kept < 385.0, "{} bytes a transfer", transfer.kept);
    Ok(())
}
