use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
#[command(
    follow(vault: VaultId = other.vault.clone().unwrap()),
    follow(other: AccountId = AccountId(7))
)]
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
