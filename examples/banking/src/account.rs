//! The account: what names one, what can happen to it, and what that adds up to.

use foldline::prelude::*;
use nutype::nutype;

use crate::{Money, Month};

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
    pub is_closed: bool,
    /// The last month that interest was paid for.
    pub paid_for: Option<Month>,
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

    /// The bank paid for having had the money.
    #[event]
    fn interest_paid(&mut self, amount: Money, month: Month) {
        self.balance += amount;
        self.paid_for = Some(month);
    }

    /// The customer does not need it any more.
    #[event]
    fn closed(&mut self) {
        self.is_closed = true;
    }

    /// Whether it has an owner, still.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.owner.is_some() && !self.is_closed
    }
}
