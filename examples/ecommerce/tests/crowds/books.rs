//! The books of the shop, from its log alone.

use std::collections::BTreeMap;

use ecommerce::{OrderId, OrderStatus, ProductEvent, Sku};
use foldline::prelude::*;
use futures_util::TryStreamExt;

use crate::Done;

/// Goes through the books: no product was ever oversold, and what came in is in stock or belongs to an order that
/// stands. Answers how many were sold.
pub(crate) async fn balance<'a>(
    shop: &Executor,
    products: impl IntoIterator<Item = &'a Sku>,
    orders: impl IntoIterator<Item = &'a OrderId>,
) -> Done<i64> {
    let mut sold = BTreeMap::<Sku, i64>::new();
    for order in orders {
        let Some(order) = shop.load(order).await? else { continue };
        if order.status != OrderStatus::Cancelled {
            for (sku, quantity) in &order.items {
                *sold.entry(sku.clone()).or_default() += quantity.units();
            }
        }
    }
    for sku in products {
        let (mut came_in, mut available) = (0, 0);
        let mut history = shop.history(sku).read();
        while let Some(record) = history.try_next().await? {
            match record.event {
                ProductEvent::Listed { .. } => {}
                ProductEvent::Restocked { quantity } => {
                    came_in += quantity.units();
                    available += quantity.units();
                }
                ProductEvent::Reserved { quantity, .. } => available -= quantity.units(),
                ProductEvent::Released { quantity, .. } => available += quantity.units(),
            }
            assert!(available >= 0, "{sku} was oversold at position {}", record.position());
        }
        let sold = sold.get(sku).copied().unwrap_or_default();
        assert_eq!(came_in, available + sold, "of {sku}, some got lost or came from nowhere");
    }
    Ok(sold.into_values().sum())
}
