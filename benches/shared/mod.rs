//! A bank small enough to be seen through, which every bench runs on, and its account once more by hand.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "every bench takes the part of the domain that it needs")]

pub mod by_hand;

use std::{convert::Infallible, fmt, str::FromStr};

use foldline::prelude::*;

/// A key as most domains have them: a text of its own type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    pub fn numbered(number: usize) -> Self {
        Self(format!("{number:08}"))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    pub owner: String,
    pub balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn opened(&mut self, owner: String) {
        self.owner = owner;
    }

    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event]
    fn withdrawn(&mut self, amount: u64) {
        self.balance -= amount;
    }
}

#[derive(Debug, Command)]
pub struct Open {
    #[stream(new)]
    pub account: AccountId,
    pub deposit: u64,
}

impl Decide for Open {
    type Error = Broke;

    fn decide(&self, streams: &mut OpenStreams) -> Result<(), Broke> {
        streams.account.opened(String::from("Ada Lovelace"));
        streams.account.deposited(self.deposit);
        Ok(())
    }
}

#[derive(Debug, Command)]
pub struct Deposit {
    #[stream]
    pub account: AccountId,
    pub amount: u64,
}

impl Decide for Deposit {
    type Error = Broke;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), Broke> {
        streams.account.deposited(self.amount);
        Ok(())
    }
}

#[derive(Debug, Command)]
pub struct Transfer {
    #[stream]
    pub from: AccountId,
    #[stream]
    pub to: AccountId,
    pub amount: u64,
}

impl Decide for Transfer {
    type Error = Broke;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), Broke> {
        ensure!(streams.from.balance >= self.amount, Broke);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }
}

#[derive(Debug)]
pub struct Broke;

/// Any failure: benches end at the first.
pub type Fault = Box<dyn std::error::Error>;

/// What every account is opened with.
pub const START: u64 = 1_000;

/// A bank in memory whose accounts `0..accounts` hold [`START`] each, from two events.
pub async fn bank_of(accounts: usize) -> Result<Executor, Fault> {
    let bank = Executor::new(MemoryStore::new());
    for number in 0..accounts {
        bank.execute(Open { account: AccountId::numbered(number), deposit: START }).await.map_err(|e| told(&e))?;
    }
    Ok(bank)
}

/// One account whose stream has so many events: opened, then paid in and out in turn.
pub fn history(events: usize) -> Vec<AccountEvent> {
    let opened = AccountEvent::Opened { owner: "Ada Lovelace".into() };
    let moved = (1..events).map(|n| {
        let amount = n as u64;
        if n % 2 == 1 { AccountEvent::Deposited { amount } } else { AccountEvent::Withdrawn { amount: amount - 1 } }
    });
    std::iter::once(opened).chain(moved).collect()
}

/// What [`history`] adds up to: each pair of movements cancels out, and an odd one is left over.
pub fn balance_after(events: usize) -> u64 {
    if events.is_multiple_of(2) { events as u64 - 1 } else { 0 }
}

/// Errors of commands are not [`std::error::Error`] unless the domain's are.
pub fn told(error: &impl fmt::Debug) -> Fault {
    format!("{error:?}").into()
}
