//! The shop at work: who executes, and what is read.

use ecommerce::{BestSellers, OrdersByCustomer, StockLevels};
use foldline::{View, prelude::*};
use support::Service;

/// The shop at work.
#[derive(Debug, Clone)]
pub(crate) struct Shop {
    pub(crate) service: Service,
    pub(crate) best_sellers: View<BestSellers>,
    pub(crate) orders: View<OrdersByCustomer>,
    pub(crate) stock: View<StockLevels>,
}

impl Shop {
    pub(crate) fn new(executor: Executor) -> Result<Self, StoreError> {
        let best_sellers = InMemory::new(BestSellers::default());
        let orders = InMemory::new(OrdersByCustomer::default());
        let stock = InMemory::new(StockLevels::default());
        let views = (best_sellers.view(), orders.view(), stock.view());
        let projector =
            Projector::builder(executor.store().clone()).run(best_sellers).run(orders).run(stock).start()?;
        Ok(Self { service: Service { executor, projector }, best_sellers: views.0, orders: views.1, stock: views.2 })
    }

    /// Prints what can be bought.
    pub(crate) fn list(&self) {
        self.stock.read(|stock| {
            for (product, level) in stock.iter() {
                println!("  {product:<16} {:<24} {:>8} {:>8} left", level.name, level.price, level.available);
            }
        });
    }
}
