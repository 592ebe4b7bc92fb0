//! What can be bought.

use std::collections::BTreeMap;

use foldline::prelude::*;

use crate::{Money, Name, ProductEvent, Quantity, Sku};

/// What can be bought, for how much, and how many of it there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StockLevels {
    levels: BTreeMap<Sku, Level>,
}

/// One product.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    pub name: Name,
    pub price: Money,
    /// How many are nobody's yet.
    pub available: i64,
}

impl StockLevels {
    /// The products, in the order of their labels.
    pub fn iter(&self) -> impl Iterator<Item = (&Sku, &Level)> {
        self.levels.iter()
    }

    fn change(&mut self, product: &Sku, units: i64) {
        if let Some(level) = self.levels.get_mut(product) {
            level.available += units;
        }
    }
}

#[projection]
impl StockLevels {
    #[on(ProductEvent::Listed)]
    fn listed(&mut self, product: Sku, name: Name, price: Money) {
        self.levels.insert(product, Level { name, price, available: 0 });
    }

    #[on(ProductEvent::Restocked, ProductEvent::Released)]
    fn came(&mut self, product: Sku, quantity: Quantity) {
        self.change(&product, quantity.units());
    }

    #[on(ProductEvent::Reserved)]
    fn went(&mut self, product: Sku, quantity: Quantity) {
        self.change(&product, -quantity.units());
    }
}
