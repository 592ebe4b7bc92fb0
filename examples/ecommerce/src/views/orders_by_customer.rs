//! Who ordered what.

use std::collections::BTreeMap;

use foldline::prelude::*;

use crate::{CustomerId, Money, OrderEvent, OrderId, OrderStatus};

/// The orders of each customer, what they cost, and how far they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OrdersByCustomer {
    orders: BTreeMap<CustomerId, BTreeMap<OrderId, (Money, OrderStatus)>>,
    /// Whose an order is: what happens to it later does not say.
    whose: BTreeMap<OrderId, CustomerId>,
}

impl OrdersByCustomer {
    /// The orders of one customer.
    pub fn of(&self, customer: &CustomerId) -> impl Iterator<Item = (&OrderId, Money, OrderStatus)> {
        let orders = self.orders.get(customer).into_iter().flatten();
        orders.map(|(order, (total, status))| (order, *total, *status))
    }

    /// How many there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.whose.len()
    }

    fn change(&mut self, order: &OrderId, to: OrderStatus) {
        let customer = self.whose.get(order);
        if let Some((_, status)) = customer.and_then(|customer| self.orders.get_mut(customer)?.get_mut(order)) {
            *status = to;
        }
    }
}

#[projection]
impl OrdersByCustomer {
    #[on(OrderEvent::Placed)]
    fn placed(&mut self, order: OrderId, customer: CustomerId, total: Money) {
        self.whose.insert(order.clone(), customer.clone());
        self.orders.entry(customer).or_default().insert(order, (total, OrderStatus::Open));
    }

    #[on(OrderEvent::Cancelled)]
    fn cancelled(&mut self, order: OrderId) {
        self.change(&order, OrderStatus::Cancelled);
    }

    #[on(OrderEvent::Shipped)]
    fn shipped(&mut self, order: OrderId) {
        self.change(&order, OrderStatus::Shipped);
    }
}
