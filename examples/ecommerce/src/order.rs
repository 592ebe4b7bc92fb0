//! The order: who gets what, and how far it is.

use foldline::prelude::*;
use nutype::nutype;
use serde::Serialize;

use crate::{CustomerId, Items, Money, PaymentMethodId, ShopError};

/// Names one order.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct OrderId(String);

/// What the past of one order adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Order {
    pub customer: Option<CustomerId>,
    pub items: Items,
    pub total: Money,
    pub payment_method: Option<PaymentMethodId>,
    pub status: OrderStatus,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    #[default]
    Open,
    Cancelled,
    Shipped,
}

#[stream(key = OrderId)]
impl Order {
    /// A customer ordered what lay in their cart.
    #[event]
    fn placed(&mut self, customer: CustomerId, items: Items, total: Money, payment_method: PaymentMethodId) {
        self.customer = Some(customer);
        self.items = items;
        self.total = total;
        self.payment_method = Some(payment_method);
    }

    /// It will not be sent.
    #[event]
    fn cancelled(&mut self) {
        self.status = OrderStatus::Cancelled;
    }

    /// It is on its way.
    #[event]
    fn shipped(&mut self) {
        self.status = OrderStatus::Shipped;
    }

    /// Says why nothing can be changed about it any more, if that is so.
    pub(crate) fn must_be_open(&self) -> Result<(), ShopError> {
        match self.status {
            OrderStatus::Open => Ok(()),
            OrderStatus::Cancelled => Err(ShopError::OrderCancelled),
            OrderStatus::Shipped => Err(ShopError::OrderShipped),
        }
    }
}
