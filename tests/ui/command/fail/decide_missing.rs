use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
struct Deposit {
    #[stream]
    account: AccountId,
}

fn main() {}
