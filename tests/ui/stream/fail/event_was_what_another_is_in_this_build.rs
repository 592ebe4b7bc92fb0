use foldline::prelude::*;

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
    #[event(was("account.deposited", "account.paid_in"))]
    #[cfg(all())]
    fn credited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event(was("account.paid_in"))]
    #[cfg(not(any()))]
    fn received(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event(was("account.paid_in"))]
    #[cfg(any())]
    fn accepted(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
