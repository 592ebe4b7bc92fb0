use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank::*;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

#[projection]
impl Holdings {
    #[on(AccountEvent::Deposited)]
    fn deposited(_account: AccountId, amount: u64) {
        let _ = amount;
    }
}

fn main() {}
