//! What the shop sells.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{Money, Name, ProductFacts, Quantity, ShopError, Sku};

/// Puts a product into the catalogue.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct ListProduct {
    #[stream(new, or = ShopError::AlreadyListed(self.product.clone()))]
    pub product: Sku,
    pub name: Name,
    pub price: Money,
}

impl Decide for ListProduct {
    type Error = ShopError;

    fn decide(&self, streams: &mut ListProductStreams) -> Result<(), ShopError> {
        streams.product.listed(self.name.clone(), self.price);
        Ok(())
    }
}

/// Brings new ones of a product.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Restock {
    #[stream(existing, or = ShopError::UnknownProduct(self.product.clone()))]
    pub product: Sku,
    pub quantity: Quantity,
}

impl Decide for Restock {
    type Error = ShopError;

    fn decide(&self, streams: &mut RestockStreams) -> Result<(), ShopError> {
        streams.product.restocked(self.quantity);
        Ok(())
    }
}
