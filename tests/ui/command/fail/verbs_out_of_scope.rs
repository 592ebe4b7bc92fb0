use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::{AccountId, Refused};

#[derive(Command)]
struct Deposit {
    #[stream]
    account: AccountId,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), Refused> {
        streams.account.deposited(5);
        Ok(())
    }
}

fn main() {}
