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
    fn is_empty(&self) -> bool {
        self.balance == 0
    }
}

fn main() {}
