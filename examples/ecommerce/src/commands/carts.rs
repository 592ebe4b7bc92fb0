//! What somebody would like to have.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{CartFacts, CartId, Quantity, ShopError, Sku};

/// Puts so many of a product into a cart, in place of those that lie there.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct PutInCart {
    #[stream]
    pub cart: CartId,
    #[stream(read, existing, or = ShopError::UnknownProduct(self.product.clone()))]
    pub product: Sku,
    pub quantity: Quantity,
}

impl Decide for PutInCart {
    type Error = ShopError;

    fn decide(&self, streams: &mut PutInCartStreams) -> Result<(), ShopError> {
        ensure!(!streams.cart.is_checked_out(), ShopError::CartCheckedOut);
        streams.cart.item_put(self.product.clone(), self.quantity);
        Ok(())
    }
}

/// Takes all of a product out of a cart.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct TakeFromCart {
    #[stream]
    pub cart: CartId,
    pub product: Sku,
}

impl Decide for TakeFromCart {
    type Error = ShopError;

    fn decide(&self, streams: &mut TakeFromCartStreams) -> Result<(), ShopError> {
        ensure!(!streams.cart.is_checked_out(), ShopError::CartCheckedOut);
        ensure!(streams.cart.items.contains_key(&self.product), ShopError::NotInCart(self.product.clone()));
        streams.cart.item_removed(self.product.clone());
        Ok(())
    }
}
