use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

struct Deposit {
    account: AccountId,
}

fn main() {
    let bank = Executor::new(MemoryStore::new());
    let _ = bank.execute(Deposit { account: AccountId(1) });
}
