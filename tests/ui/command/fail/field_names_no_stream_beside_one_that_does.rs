use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
struct Deposit {
    #[stream]
    account: AccountId,
    #[stream(read)]
    other: u32,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), Refused> {
        streams.account.deposited(1);
        Ok(())
    }
}

fn main() {}
