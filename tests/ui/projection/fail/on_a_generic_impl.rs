use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank::*;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

struct Many<T>(T);

#[projection]
impl<T> Many<T> {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, _account: AccountId, amount: u64) {
        let _ = amount;
    }
}

fn main() {}
