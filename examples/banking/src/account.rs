//! The account: what names one, what can happen to it, and what that adds up to.

use foldline::prelude::*;
use nutype::nutype;

use crate::Money;

/// Names one account.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct AccountId(String);

/// Whom an account belongs to.
#[nutype(
    sanitize(trim),
    validate(not_empty, len_char_max = 200),
    derive(Debug, Clone, PartialEq, Eq, Display, FromStr, Serialize, Deserialize)
)]
pub struct Owner(String);

/// What the past of one account adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    pub owner: Option<Owner>,
    pub balance: Money,
}

#[stream(key = AccountId)]
impl Account {
    /// A customer opened the account.
    #[event]
    fn opened(&mut self, owner: Owner) {
        self.owner = Some(owner);
    }

    /// Money came in.
    #[event]
    fn deposited(&mut self, amount: Money) {
        self.balance += amount;
    }

    /// Money went out.
    #[event]
    fn withdrawn(&mut self, amount: Money) {
        self.balance -= amount;
    }

    /// Whether it has an owner.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.owner.is_some()
    }
}
