//! A build that leaves none of the events.

use foldline::{Event as _, Stream as _, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
pub struct Account {
    balance: u64,
}

#[stream(key = AccountId, derive(Eq))]
impl Account {
    #[event(version = 2)]
    #[cfg(any())]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event]
    #[cfg(not(all()))]
    fn closed(&mut self) {
        self.balance = 0;
    }
}

fn main() {
    assert_eq!((Account::initial().balance, AccountEvent::TYPES.len()), (0, 0));
    assert!(AccountEvent::decode("account.closed", 1, b"{}").is_err());
}
