//! A bank, as one would write it with Foldline.
//!
//! This is the domain, and it is pure: what there is ([`Account`], [`Policy`]), what can be asked for (the commands), why the
//! bank may say no ([`BankError`]), and what is read from it ([`Balances`]). The program around it stands in `app/`.
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

mod account;
mod balances;
mod commands;
mod error;
mod house;
mod money;
mod month;
mod policy;

pub use self::{account::*, balances::*, commands::*, error::*, house::*, money::*, month::*, policy::*};
