use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;
use support::bank::*;

#[derive(Command)]
struct Deposit;

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, _: &mut DepositStreams) -> Result<(), Refused> {
        Ok(())
    }
}

fn main() {}
