//! Whether the log holds what was acknowledged.

use std::collections::HashMap;

use banking::{AccountEvent, AccountId, Money};
use foldline::{AnyStore, Executor};
use futures_util::TryStreamExt;

use crate::{Fault, load::Ledger};

/// Reads all of it, and the states that are loaded of the last accounts.
pub(crate) async fn verify(store: AnyStore, ledger: &Ledger) -> Result<String, Fault> {
    let bank = Executor::new(store);
    let mut accounts: HashMap<String, (u64, Money)> = HashMap::new();
    let (mut log, mut last, mut end) = (bank.log(0).typed::<AccountEvent>(), 0, String::new());
    while let Some(record) = log.try_next().await? {
        let (stream, position) = (record.stream().as_str().to_owned(), record.position());
        if position != last + 1 {
            return Err(format!("behind position {last} comes {position}").into());
        }
        let (version, money) = accounts.entry(stream.clone()).or_default();
        if record.version() != *version + 1 {
            return Err(format!("behind version {version} of {stream} comes {}", record.version()).into());
        }
        *version += 1;
        match record.event {
            AccountEvent::Opened { .. } => {}
            AccountEvent::Deposited { amount } => *money += amount,
            AccountEvent::Withdrawn { amount } if amount > *money => return Err(format!("{stream} owes money").into()),
            AccountEvent::Withdrawn { amount } => *money -= amount,
            other => return Err(format!("nobody asked for {other:?}").into()),
        }
        (last, end) = (position, stream);
    }
    let money: Money = accounts.values().map(|(_, money)| *money).sum();
    let found = (last, accounts.len() as u64, money);
    let acknowledged = (ledger.events(), ledger.accounts(), Money::cents(ledger.money()));
    if found != acknowledged {
        return Err(
            format!("events, accounts and money are {found:?} and were acknowledged as {acknowledged:?}").into()
        );
    }
    let account: AccountId = end.trim_start_matches("account-").parse()?;
    let loaded = bank.load(&account).await?.ok_or("an account is not there")?;
    if accounts.get(&end) != Some(&(loaded.version(), loaded.balance)) {
        return Err(format!("{end} is loaded as {:?}", (loaded.version(), loaded.balance)).into());
    }
    bank.shutdown().await;
    Ok(format!("{last} events of {} accounts, dense, and {money} in them, as was acknowledged", found.1))
}
