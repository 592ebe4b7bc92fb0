use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
struct Seal {
    #[stream]
    vault: VaultId,
}

impl Decide for Seal {
    type Error = Refused;

    fn decide(&self, _: &mut SealStreams) -> Result<(), Refused> {
        Ok(())
    }
}

#[derive(Command)]
struct Deposit {
    #[stream]
    account: AccountId,
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, _: &mut SealStreams) -> Result<(), Refused> {
        Ok(())
    }
}

fn main() {}
