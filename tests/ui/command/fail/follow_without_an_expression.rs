use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
#[command(follow(vault: VaultId))]
struct Deposit {
    #[stream]
    account: AccountId,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, _: &mut DepositStreams) -> Result<(), Refused> {
        Ok(())
    }
}

fn main() {}
