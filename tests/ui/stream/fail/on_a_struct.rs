use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[stream(key = AccountId)]
#[derive(Debug, Clone, Default)]
struct Account {
    balance: u64,
}

fn main() {}
