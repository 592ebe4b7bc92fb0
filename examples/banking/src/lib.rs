//! A bank, as one would write it with Foldline.
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

mod account;
mod commands;
mod money;

pub use account::{Account, AccountEvent, AccountFacts, AccountId, AccountIdError, Owner, OwnerError};
pub use commands::{BankError, Deposit, Open, Transfer, Withdraw};
pub use money::Money;
