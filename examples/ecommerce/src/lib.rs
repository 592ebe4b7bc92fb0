//! A shop, as one would write it with Foldline.
//!
//! The business in its own words: what there is ([`Product`], [`Customer`], [`PaymentMethod`], [`Cart`], [`Order`]), what
//! can be asked for (the commands), why the shop may say no ([`ShopError`]), and what is read from it ([`BestSellers`],
//! [`OrdersByCustomer`], [`StockLevels`]). The program around it stands in `app/`.
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

mod cart;
mod commands;
mod customer;
mod error;
mod order;
mod payment_method;
mod product;
mod values;
mod views;

pub use self::{
    cart::*, commands::*, customer::*, error::*, order::*, payment_method::*, product::*, values::*, views::*,
};
