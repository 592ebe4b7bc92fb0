//! From the cart to the doorstep.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{
    CartFacts, CartId, CustomerId, Items, Money, OrderFacts, OrderId, PaymentMethod, PaymentMethodFacts,
    PaymentMethodId, ProductFacts, ShopError, Sku,
};

/// Orders what lies in a cart: all of it is put aside at once, or nothing is.
#[derive(Debug, Clone, Command, Deserialize)]
#[command(follow(method: Option<PaymentMethodId> = customer.payment_method.clone(), read))]
pub struct PlaceOrder {
    #[stream(new, or = ShopError::AlreadyOrdered)]
    pub order: OrderId,
    #[stream]
    pub cart: CartId,
    #[stream(read, existing, or = ShopError::UnknownCustomer)]
    pub customer: CustomerId,
    /// What the customer saw in the cart.
    #[stream]
    pub products: Items,
}

impl Decide for PlaceOrder {
    type Error = ShopError;

    fn decide(&self, streams: &mut PlaceOrderStreams) -> Result<(), ShopError> {
        ensure!(!streams.cart.is_checked_out(), ShopError::CartCheckedOut);
        ensure!(!streams.cart.items.is_empty(), ShopError::CartEmpty);
        ensure!(streams.cart.items == self.products, ShopError::CartChanged);

        let mut total = Money::ZERO;
        for (sku, quantity) in &self.products {
            let product = &mut streams.products[sku];
            let available = product.available;
            ensure!(available >= quantity.units(), ShopError::OutOfStock { product: sku.clone(), available });
            let cost = product.price.times(*quantity).ok_or(ShopError::TotalTooLarge)?;
            total = total.plus(cost).ok_or(ShopError::TotalTooLarge)?;
            product.reserved(self.order.clone(), *quantity);
        }

        let method = streams.method.as_ref().ok_or(ShopError::NoPaymentMethod)?;
        must_pay(method, total)?;
        streams.cart.checked_out(self.order.clone());
        streams.order.placed(self.customer.clone(), self.products.clone(), total, method.key().clone());
        Ok(())
    }
}

/// Calls an order off: what was put aside for it can be sold again.
#[derive(Debug, Clone, Command, Deserialize)]
#[command(follow(products: Vec<Sku> = order.items.keys().cloned().collect()))]
pub struct CancelOrder {
    #[stream(existing, or = ShopError::UnknownOrder)]
    pub order: OrderId,
}

impl Decide for CancelOrder {
    type Error = ShopError;

    fn decide(&self, streams: &mut CancelOrderStreams) -> Result<(), ShopError> {
        streams.order.must_be_open()?;
        for (sku, quantity) in &streams.order.items {
            streams.products[sku].released(self.order.clone(), *quantity);
        }
        streams.order.cancelled();
        Ok(())
    }
}

/// Sends an order off, and has it paid.
#[derive(Debug, Clone, Command, Deserialize)]
#[command(follow(method: Option<PaymentMethodId> = order.payment_method.clone()))]
pub struct Ship {
    #[stream(existing, or = ShopError::UnknownOrder)]
    pub order: OrderId,
}

impl Decide for Ship {
    type Error = ShopError;

    fn decide(&self, streams: &mut ShipStreams) -> Result<(), ShopError> {
        streams.order.must_be_open()?;
        let method = streams.method.as_mut().ok_or(ShopError::NoPaymentMethod)?;
        must_pay(method, streams.order.total)?;
        method.charged(self.order.clone(), streams.order.total);
        streams.order.shipped();
        Ok(())
    }
}

/// Says why a payment method does not pay so much, if it does not.
fn must_pay(method: &PaymentMethod, total: Money) -> Result<(), ShopError> {
    ensure!(!method.is_blocked, ShopError::PaymentMethodBlocked);
    ensure!(total <= method.limit, ShopError::OverLimit { total, limit: method.limit });
    Ok(())
}
