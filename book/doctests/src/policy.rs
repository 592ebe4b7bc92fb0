//! The policy of the tutorial's bank, for its chapter on cards.
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

use std::{fmt, str::FromStr};

use foldline::prelude::*;

/// Names the one policy that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TheBank;

impl fmt::Display for TheBank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bank")
    }
}

impl FromStr for TheBank {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "bank" { Ok(Self) } else { Err(format!("there is no bank `{text}`")) }
    }
}

/// What the bank has decided for all of its cards.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub most: Option<u64>,
}

#[stream(key = TheBank)]
impl Policy {
    /// From here on, no payment is larger.
    #[event]
    fn limited(&mut self, most: u64) {
        self.most = Some(most);
    }
}
