//! Money, in cents, that cannot overflow.

use std::{
    fmt,
    iter::Sum,
    ops::{AddAssign, SubAssign},
};

use serde::{Deserialize, Serialize};

/// An amount of money, in cents.
///
/// What comes in from outside has 64 bits, and sums have 128: they hold more than all the deposits that a log has room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many cents.
    #[must_use]
    pub const fn cents(cents: u64) -> Self {
        Self(cents as u128)
    }
}

/// For folds, whose sums have room for all that a log holds.
impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.checked_add(other.0).unwrap_or_else(|| broken(*self, "takes in", other));
    }
}

/// For folds, whose differences the commands have checked.
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.checked_sub(other.0).unwrap_or_else(|| broken(*self, "pays out", other));
    }
}

#[expect(clippy::panic, reason = "a log that does not add up is broken, and loudly so")]
fn broken(balance: Money, does: &str, amount: Money) -> ! {
    panic!("the log does not add up: an account of {balance} {does} {amount}")
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|amount| amount.0).sum())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_people_write_it_and_holds_more_than_comes_in() {
        assert_eq!(Money::cents(12_345).to_string(), "123.45");
        assert_eq!(format!("{:>8}", Money::cents(5)), "    0.05");
        let mut much = Money::cents(u64::MAX);
        much += Money::cents(u64::MAX);
        assert!(much > Money::cents(u64::MAX));
    }
}
