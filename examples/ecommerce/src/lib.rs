//! A shop, as one would write it with Foldline.
//!
//! The business in its own words: what there is ([`Product`], [`Customer`], [`PaymentMethod`], [`Cart`], [`Order`]), what
//! can be asked for (the commands), and why the shop may say no ([`ShopError`]).
#![allow(missing_docs, reason = "a domain's fields and errors are named so that they need none")]

mod cart;
mod commands;
mod customer;
mod error;
mod order;
mod payment_method;
mod product;
mod values;

pub use self::{cart::*, commands::*, customer::*, error::*, order::*, payment_method::*, product::*, values::*};
