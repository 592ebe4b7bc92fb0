//! The same bank in Foldline's words.

use std::{convert::Infallible, fmt, str::FromStr};

use foldline::prelude::*;

/// Names one account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct AccountId(String);

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

#[derive(Debug, Clone, Default)]
pub(super) struct Account {
    owner: Option<String>,
    pub(super) balance: u64,
}

#[stream(key = AccountId, vis = "pub(super)")]
impl Account {
    #[event]
    fn opened(&mut self, owner: String) {
        self.owner = Some(owner);
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

/// Opens an account.
#[derive(Debug, Clone, Command)]
pub(super) struct Open {
    #[stream(new, or = BankError::AlreadyOpen)]
    pub(super) account: AccountId,
    pub(super) owner: String,
}

impl Decide for Open {
    type Error = BankError;

    fn decide(&self, streams: &mut OpenStreams) -> Result<(), BankError> {
        streams.account.opened(self.owner.clone());
        Ok(())
    }
}

/// Pays money in.
#[derive(Debug, Clone, Command)]
pub(super) struct Deposit {
    #[stream(existing, or = BankError::NotOpen)]
    pub(super) account: AccountId,
    pub(super) amount: u64,
}

impl Decide for Deposit {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), BankError> {
        streams.account.deposited(self.amount);
        Ok(())
    }
}

/// Pays money in many times.
#[derive(Debug, Clone, Command)]
pub(super) struct DepositOften {
    #[stream(existing, or = BankError::NotOpen)]
    pub(super) account: AccountId,
    pub(super) amount: u64,
    pub(super) times: usize,
}

impl Decide for DepositOften {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositOftenStreams) -> Result<(), BankError> {
        for _ in 0..self.times {
            streams.account.deposited(self.amount);
        }
        Ok(())
    }
}

/// Pays money into many accounts, many times each.
#[derive(Debug, Clone, Command)]
pub(super) struct DepositEverywhere {
    #[stream(existing, or = BankError::NotOpen)]
    pub(super) accounts: Vec<AccountId>,
    pub(super) amount: u64,
    pub(super) times: usize,
}

impl Decide for DepositEverywhere {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositEverywhereStreams) -> Result<(), BankError> {
        for (_, account) in &mut streams.accounts {
            for _ in 0..self.times {
                account.deposited(self.amount);
            }
        }
        Ok(())
    }
}

/// Moves money.
#[derive(Debug, Clone, Command)]
pub(super) struct Transfer {
    #[stream]
    pub(super) from: AccountId,
    #[stream]
    pub(super) to: AccountId,
    pub(super) amount: u64,
}

impl Decide for Transfer {
    type Error = BankError;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        ensure!(streams.from.owner.is_some() && streams.to.owner.is_some(), BankError::NotOpen);
        ensure!(streams.from.balance >= self.amount, BankError::InsufficientFunds);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }
}

/// What all accounts hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Total {
    pub(super) money: u64,
}

#[projection(ignore(AccountEvent::Opened))]
impl Total {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, _account: AccountId, amount: u64) {
        self.money += amount;
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, _account: AccountId, amount: u64) {
        self.money -= amount;
    }
}

/// Why the bank says no.
#[derive(Debug)]
pub(super) enum BankError {
    AlreadyOpen,
    NotOpen,
    InsufficientFunds,
}
