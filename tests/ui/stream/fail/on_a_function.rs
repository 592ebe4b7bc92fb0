use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[stream(key = AccountId)]
fn deposited(balance: &mut u64, amount: u64) {
    *balance += amount;
}

fn main() {}
