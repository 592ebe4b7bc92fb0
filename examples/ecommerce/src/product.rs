//! The product: what it costs, and how many of it can still be sold.

use foldline::prelude::*;
use nutype::nutype;

use crate::{Money, Name, OrderId, Quantity};

/// Names one product, as its label does.
#[nutype(
    sanitize(trim, uppercase),
    validate(not_empty, len_char_max = 32),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct Sku(String);

/// What the past of one product adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Product {
    pub name: Option<Name>,
    pub price: Money,
    /// How many are in stock and nobody's yet. It has a sign, so that a log that oversold would show it.
    pub available: i64,
}

#[stream(key = Sku)]
impl Product {
    /// The product came into the catalogue.
    #[event]
    fn listed(&mut self, name: Name, price: Money) {
        self.name = Some(name);
        self.price = price;
    }

    /// New ones arrived.
    #[event]
    fn restocked(&mut self, quantity: Quantity) {
        self.available += quantity.units();
    }

    /// Some were put aside for an order.
    #[event]
    fn reserved(&mut self, _order: OrderId, quantity: Quantity) {
        self.available -= quantity.units();
    }

    /// An order gave them back.
    #[event]
    fn released(&mut self, _order: OrderId, quantity: Quantity) {
        self.available += quantity.units();
    }
}
