//! `#[cfg]` on a method goes along to everything that is made of it.

use foldline::{Event as _, Stream as _, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
pub struct Account {
    balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    #[cfg(all())]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event(version = 2)]
    #[cfg(any())]
    fn deposited(&mut self, amount: TypeThatDoesNotExist) {
        self.balance += amount.cents();
    }
}

fn main() {
    let mut account = Account::default();
    account.apply(AccountEvent::Deposited { amount: 5 });
    assert_eq!((account.balance, AccountEvent::TYPES.len()), (5, 1));
}
