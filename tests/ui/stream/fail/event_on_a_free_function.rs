use foldline::prelude::*;

#[event]
fn deposited(balance: &mut u64, amount: u64) {
    *balance += amount;
}

fn main() {}
