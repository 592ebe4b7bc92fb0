use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
