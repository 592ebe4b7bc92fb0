//! A bank, as one would write it with Foldline.

mod money;

pub use money::{Money, MoneyError};
