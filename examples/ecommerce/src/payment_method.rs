//! The payment method: whose it is, and what it is good for.

use foldline::prelude::*;
use nutype::nutype;

use crate::{CustomerId, Money, OrderId};

/// Names one payment method.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct PaymentMethodId(String);

/// What the past of one payment method adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PaymentMethod {
    pub owner: Option<CustomerId>,
    /// The most that it pays at once.
    pub limit: Money,
    pub is_blocked: bool,
}

#[stream(key = PaymentMethodId)]
impl PaymentMethod {
    /// A customer brought it along.
    #[event]
    fn added(&mut self, owner: CustomerId, limit: Money) {
        self.owner = Some(owner);
        self.limit = limit;
    }

    /// It paid for an order.
    #[event]
    fn charged(&mut self, _order: OrderId, _amount: Money) {}

    /// Nothing can be paid with it any more.
    #[event]
    fn blocked(&mut self) {
        self.is_blocked = true;
    }
}
