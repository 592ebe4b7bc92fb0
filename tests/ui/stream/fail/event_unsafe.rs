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
    unsafe fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
