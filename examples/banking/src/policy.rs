//! The bank's policy: what holds for all of its accounts at once. Whatever moves money reads it.

use std::{fmt, str::FromStr};

use foldline::prelude::*;
use nutype::nutype;

use crate::BankError;

/// Names the one policy that there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TheBank;

impl fmt::Display for TheBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bank")
    }
}

impl FromStr for TheBank {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "bank" { Ok(Self) } else { Err(format!("there is no bank `{text}`: write `bank`")) }
    }
}

/// Why the bank stands still.
#[nutype(
    sanitize(trim),
    validate(not_empty, len_char_max = 200),
    derive(Debug, Clone, PartialEq, Eq, Display, FromStr, Serialize, Deserialize)
)]
pub struct Reason(String);

/// What the bank has decided for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policy {
    /// Why no money moves, if none does.
    pub frozen: Option<Reason>,
}

#[stream(key = TheBank)]
impl Policy {
    /// From here on, no money moves.
    #[event]
    fn frozen(&mut self, reason: Reason) {
        self.frozen = Some(reason);
    }

    /// Money moves again.
    #[event]
    fn thawed(&mut self) {
        self.frozen = None;
    }

    /// Says why no money moves, if that is so.
    pub(crate) fn lets_money_move(&self) -> Result<(), BankError> {
        match &self.frozen {
            None => Ok(()),
            Some(reason) => Err(BankError::Frozen { reason: reason.clone() }),
        }
    }
}
