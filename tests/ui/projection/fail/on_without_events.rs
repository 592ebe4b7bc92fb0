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
    #[on]
    fn deposited(&mut self, _account: AccountId) {
        self.total += 1;
    }
}

fn main() {}
