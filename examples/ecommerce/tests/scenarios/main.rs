//! What the shop does and what it refuses, one behaviour a test: what has happened, what is asked, what happens then.

mod carts;
mod catalogue;
mod customers;
mod orders;
mod past;
