//! What sells best.

use std::{cmp::Reverse, collections::BTreeMap};

use foldline::prelude::*;

use crate::{ProductEvent, Quantity, Sku};

/// How many of each product belong to orders that stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BestSellers {
    sold: BTreeMap<Sku, i64>,
}

impl BestSellers {
    /// The best of them, those first that sell best.
    #[must_use]
    pub fn top(&self, count: usize) -> Vec<(&Sku, i64)> {
        let mut all: Vec<_> = self.sold.iter().map(|(product, sold)| (product, *sold)).collect();
        all.sort_by_key(|(_, sold)| Reverse(*sold));
        all.truncate(count);
        all
    }

    /// How many of all products together.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.sold.values().sum()
    }
}

#[projection(ignore(ProductEvent::Listed, ProductEvent::Restocked))]
impl BestSellers {
    #[on(ProductEvent::Reserved)]
    fn reserved(&mut self, product: Sku, quantity: Quantity) {
        *self.sold.entry(product).or_default() += quantity.units();
    }

    #[on(ProductEvent::Released)]
    fn released(&mut self, product: Sku, quantity: Quantity) {
        *self.sold.entry(product).or_default() -= quantity.units();
    }
}
