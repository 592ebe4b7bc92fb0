//! The cart: what somebody would like to have.

use foldline::prelude::*;
use nutype::nutype;

use crate::{Items, OrderId, Quantity, Sku};

/// Names one cart.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct CartId(String);

/// What the past of one cart adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cart {
    pub items: Items,
    pub order: Option<OrderId>,
}

#[stream(key = CartId)]
impl Cart {
    /// So many of a product lie in the cart now.
    #[event]
    fn item_put(&mut self, product: Sku, quantity: Quantity) {
        self.items.insert(product, quantity);
    }

    /// A product was taken out again.
    #[event]
    fn item_removed(&mut self, product: Sku) {
        self.items.remove(&product);
    }

    /// What lay in the cart was ordered, and the cart is done with.
    #[event]
    fn checked_out(&mut self, order: OrderId) {
        self.order = Some(order);
    }

    /// Whether its content was ordered.
    #[must_use]
    pub fn is_checked_out(&self) -> bool {
        self.order.is_some()
    }
}
