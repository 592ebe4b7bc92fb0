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
    #[event]
    fn deposited(&mut self, amount: u64, #[sered(default)] _notes: Vec<String>) {
        self.balance += amount;
    }
}

fn main() {}
