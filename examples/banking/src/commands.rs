//! What a customer of the bank can ask for.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{AccountFacts, AccountId, BankError, Money, Owner, TheBank};

/// Opens an account.
#[derive(Debug, Clone, Command, Deserialize)]
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
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Deposit {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
    #[stream(read)]
    #[serde(skip)]
    pub bank: TheBank,
    pub amount: Money,
}

impl Decide for Deposit {
    type Error = BankError;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), BankError> {
        streams.bank.lets_money_move()?;
        ensure!(streams.account.is_open(), BankError::NotOpen);
        streams.account.deposited(self.amount);
        Ok(())
    }
}

/// Pays money out.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Withdraw {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
    #[stream(read)]
    #[serde(skip)]
    pub bank: TheBank,
    pub amount: Money,
}

impl Decide for Withdraw {
    type Error = BankError;

    fn decide(&self, streams: &mut WithdrawStreams) -> Result<(), BankError> {
        streams.bank.lets_money_move()?;
        ensure!(streams.account.is_open(), BankError::NotOpen);
        ensure!(streams.account.balance >= self.amount, BankError::InsufficientFunds);
        streams.account.withdrawn(self.amount);
        Ok(())
    }
}

/// Moves money between two accounts, atomically.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Transfer {
    #[stream]
    pub from: AccountId,
    #[stream]
    pub to: AccountId,
    #[stream(read)]
    #[serde(skip)]
    pub bank: TheBank,
    pub amount: Money,
}

impl Decide for Transfer {
    type Error = BankError;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        streams.bank.lets_money_move()?;
        ensure!(streams.from.is_open() && streams.to.is_open(), BankError::NotOpen);
        ensure!(streams.from.balance >= self.amount, BankError::InsufficientFunds);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }
}

/// Closes an account that nothing is left in.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Close {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
}

impl Decide for Close {
    type Error = BankError;

    fn decide(&self, streams: &mut CloseStreams) -> Result<(), BankError> {
        ensure!(streams.account.is_open(), BankError::NotOpen);
        let balance = streams.account.balance;
        ensure!(balance == Money::ZERO, BankError::NotEmpty { balance });
        streams.account.closed();
        Ok(())
    }
}
