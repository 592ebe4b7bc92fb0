//! What every account holds, kept in memory: for lists, and for whoever goes through all accounts.

use std::collections::BTreeMap;

use foldline::prelude::*;

use crate::{AccountEvent, AccountId, Money, Owner};

/// What every open account holds, and whose it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Balances {
    accounts: BTreeMap<AccountId, (Owner, Money)>,
}

impl Balances {
    /// The open accounts, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&AccountId, &Owner, Money)> {
        self.accounts.iter().map(|(account, (owner, balance))| (account, owner, *balance))
    }

    /// What all of them hold together.
    #[must_use]
    pub fn total(&self) -> Money {
        self.accounts.values().map(|(_, balance)| *balance).sum()
    }

    fn change(&mut self, account: &AccountId, change: impl FnOnce(&mut Money)) {
        if let Some((_, balance)) = self.accounts.get_mut(account) {
            change(balance);
        }
    }
}

#[projection]
impl Balances {
    #[on(AccountEvent::Opened)]
    fn opened(&mut self, account: AccountId, owner: Owner) {
        self.accounts.insert(account, (owner, Money::ZERO));
    }

    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, account: AccountId, amount: Money) {
        self.change(&account, |balance| *balance += amount);
    }

    #[on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, account: AccountId, amount: Money) {
        self.change(&account, |balance| *balance -= amount);
    }

    #[on(AccountEvent::InterestPaid)]
    fn interest_paid(&mut self, account: AccountId, amount: Money) {
        self.change(&account, |balance| *balance += amount);
    }

    #[on(AccountEvent::Closed)]
    fn closed(&mut self, account: AccountId) {
        self.accounts.remove(&account);
    }
}
