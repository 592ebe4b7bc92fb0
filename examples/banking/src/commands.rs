//! What a customer of the bank can ask for.

use foldline::prelude::*;

use crate::{AccountFacts, AccountId, Money, Owner};

/// Opens an account.
#[derive(Debug, Clone, Command)]
pub struct Open {
    #[stream(new, or = BankError::AlreadyOpen)]
    pub account: AccountId,
    pub owner: Owner,
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
    pub amount: Money,
}

impl Decide for Deposit {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), BankError> {
        streams.account.deposited(self.amount);
        Ok(())
    }
}

/// Pays money out.
#[derive(Debug, Clone, Command)]
pub struct Withdraw {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
    pub amount: Money,
}

impl Decide for Withdraw {
    type Error = BankError;

    fn decide(&self, streams: &mut WithdrawStreams) -> Result<(), BankError> {
        ensure!(streams.account.balance >= self.amount, BankError::InsufficientFunds);
        streams.account.withdrawn(self.amount);
        Ok(())
    }
}

/// Moves money between two accounts, atomically.
#[derive(Debug, Clone, Command)]
pub struct Transfer {
    #[stream]
    pub from: AccountId,
    #[stream]
    pub to: AccountId,
    pub amount: Money,
}

impl Decide for Transfer {
    type Error = BankError;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        ensure!(streams.from.is_open() && streams.to.is_open(), BankError::NotOpen);
        ensure!(streams.from.balance >= self.amount, BankError::InsufficientFunds);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }
}

/// Why the bank says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankError {
    #[error("the account is open already")]
    AlreadyOpen,
    #[error("the account is not open")]
    NotOpen,
    #[error("there is not enough money in the account")]
    InsufficientFunds,
}
