//! The streams of the little bank.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One stream of the bank whose history is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Name {
    /// An account: its value is the money in it.
    Account(u32),
    /// A guard, which most commands only read: its value is the most that may be moved at once.
    Guard(u32),
    /// Another name of an account, that is followed: its value is the account's number.
    Alias(u32),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(number) => write!(f, "account-{number}"),
            Self::Guard(number) => write!(f, "guard-{number}"),
            Self::Alias(number) => write!(f, "alias-{number}"),
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("`{text}` is no stream of the bank");
        let (category, number) = text.split_once('-').ok_or_else(unknown)?;
        let number = number.parse().map_err(|_| unknown())?;
        match category {
            "account" => Ok(Self::Account(number)),
            "guard" => Ok(Self::Guard(number)),
            "alias" => Ok(Self::Alias(number)),
            _ => Err(unknown()),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
