use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
struct Account<T> {
    balance: u64,
    currency: T,
}

#[stream(key = AccountId)]
impl Account<u8> {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
