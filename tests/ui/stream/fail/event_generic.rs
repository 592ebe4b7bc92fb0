use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
struct Account {
    balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn deposited<N: Into<u64>>(&mut self, amount: N) {
        self.balance += amount.into();
    }
}

fn main() {}
