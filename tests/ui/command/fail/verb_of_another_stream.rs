use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
struct Deposit {
    #[stream]
    account: AccountId,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), Refused> {
        streams.account.sealed();
        Ok(())
    }
}

fn main() {}
