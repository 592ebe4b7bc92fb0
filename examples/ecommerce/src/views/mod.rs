//! What is read from the shop: each of these is a projection, kept in memory.

mod best_sellers;
mod orders_by_customer;
mod stock_levels;

pub use self::{
    best_sellers::BestSellers,
    orders_by_customer::OrdersByCustomer,
    stock_levels::{Level, StockLevels},
};
