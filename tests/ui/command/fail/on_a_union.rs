use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
union Deposit {
    amount: u64,
    cents: u64,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, _: &mut DepositStreams) -> Result<(), Refused> {
        Ok(())
    }
}

fn main() {}
