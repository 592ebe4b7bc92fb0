//! What the bank does of its own accord.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{AccountFacts, AccountId, BankError, Month, PolicyFacts, Rate, Reason, TheBank};

/// Pays one account its interest, once a month: whoever is not sure whether it was paid asks again.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct PayInterest {
    #[stream(existing, or = BankError::NotOpen)]
    pub account: AccountId,
    #[stream(read)]
    #[serde(skip)]
    pub bank: TheBank,
    pub month: Month,
    pub rate: Rate,
}

impl Decide for PayInterest {
    type Error = BankError;

    fn decide(&self, streams: &mut PayInterestStreams) -> Result<(), BankError> {
        streams.bank.lets_money_move()?;
        ensure!(streams.account.is_open(), BankError::NotOpen);
        if let Some(paid) = streams.account.paid_for.as_ref().filter(|paid| **paid >= self.month) {
            return Err(BankError::InterestPaid(paid.clone()));
        }
        let interest = streams.account.balance.interest(self.rate);
        streams.account.interest_paid(interest, self.month.clone());
        Ok(())
    }
}

/// Stops all money. What is under way is decided before or after this, and never beside it.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Freeze {
    #[stream]
    #[serde(skip)]
    pub bank: TheBank,
    pub reason: Reason,
}

impl Decide for Freeze {
    type Error = BankError;

    fn decide(&self, streams: &mut FreezeStreams) -> Result<(), BankError> {
        streams.bank.lets_money_move()?;
        streams.bank.frozen(self.reason.clone());
        Ok(())
    }
}

/// Lets money move again.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Thaw {
    #[stream]
    #[serde(skip)]
    pub bank: TheBank,
}

impl Decide for Thaw {
    type Error = BankError;

    fn decide(&self, streams: &mut ThawStreams) -> Result<(), BankError> {
        ensure!(streams.bank.frozen.is_some(), BankError::NotFrozen);
        streams.bank.thawed();
        Ok(())
    }
}
