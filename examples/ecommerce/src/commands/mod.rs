//! What can be asked of the shop, by topic.

mod carts;
mod catalogue;
mod customers;
mod orders;

pub use self::{carts::*, catalogue::*, customers::*, orders::*};
