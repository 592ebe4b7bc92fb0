use foldline::prelude::*;

#[derive(Debug, Clone, Default)]
struct Account {
    balance: u64,
}

#[stream(key = u64)]
impl Account {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
