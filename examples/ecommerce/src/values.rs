//! Names, and numbers that cannot overflow without somebody saying so.

use std::{collections::BTreeMap, fmt};

use nutype::nutype;
use serde::{Deserialize, Serialize};

use crate::Sku;

/// What something or somebody is called.
#[nutype(
    sanitize(trim),
    validate(not_empty, len_char_max = 200),
    derive(Debug, Clone, PartialEq, Eq, Display, FromStr, Serialize, Deserialize)
)]
pub struct Name(String);

/// How many of a product somebody wants, or brings: at least one, and a million at the most.
#[nutype(
    validate(greater_or_equal = 1, less_or_equal = 1_000_000),
    derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, FromStr, Serialize, Deserialize)
)]
pub struct Quantity(u32);

/// Products, and how many of each.
pub type Items = BTreeMap<Sku, Quantity>;

impl Quantity {
    /// As a number to count with: sums of it have more room than all the quantities that a log has room for.
    #[must_use]
    pub fn units(self) -> i64 {
        i64::from(self.into_inner())
    }
}

/// An amount of money, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    #[must_use]
    pub const fn cents(cents: u64) -> Self {
        Self(cents)
    }

    /// Both together, unless that is more than can be written down.
    #[must_use]
    pub fn plus(self, more: Self) -> Option<Self> {
        self.0.checked_add(more.0).map(Self)
    }

    /// So many times as much, unless that is more than can be written down.
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Option<Self> {
        self.0.checked_mul(u64::from(quantity.into_inner())).map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}
