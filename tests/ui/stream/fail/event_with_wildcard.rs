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
    fn deposited(&mut self, _: u64) {
        self.balance += 1;
    }
}

fn main() {}
