use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank::*;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

#[projection(ignore(VaultEvent::Sealed))]
impl Holdings {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self, _account: AccountId, amount: u64) {
        self.total += amount;
    }
}

fn main() {}
