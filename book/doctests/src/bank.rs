//! The bank of *Ten minutes*, for the pages that speak of it. Where a page shows no domain, it means this one.
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

use foldline::prelude::*;
use nutype::nutype;

/// Names one account.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct AccountId(String);

/// What the past of one account adds up to.
#[derive(Debug, Clone, Default)]
pub struct Account {
    pub balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    /// A customer opened the account.
    #[event]
    fn opened(&mut self, _owner: String) {}

    /// Money came in.
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    /// Money went out.
    #[event]
    fn withdrawn(&mut self, amount: u64) {
        self.balance -= amount;
    }
}

/// Opens an account.
#[derive(Debug, Clone, Command)]
pub struct Open {
    #[stream(new, or = BankError::AlreadyOpen)]
    pub account: AccountId,
    pub owner: String,
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
pub struct Deposit {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
    pub amount: u64,
}

impl Decide for Deposit {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), BankError> {
        streams.account.deposited(self.amount);
        Ok(())
    }
}

/// Moves money between two accounts, atomically.
#[derive(Debug, Clone, Command)]
pub struct Transfer {
    #[stream(existing, or = BankError::NotOpen)]
    pub from: AccountId,
    #[stream(existing, or = BankError::NotOpen)]
    pub to: AccountId,
    pub amount: u64,
}

impl Decide for Transfer {
    type Error = BankError;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        ensure!(streams.from.balance >= self.amount, BankError::NotEnough);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }
}

/// Why the bank says no.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum BankError {
    #[error("the account is open already")]
    AlreadyOpen,
    #[error("the account is not open")]
    NotOpen,
    #[error("there is not enough money in the account")]
    NotEnough,
}
