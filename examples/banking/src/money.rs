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

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

/// For folds, whose differences the commands have checked.
impl SubAssign for Money {
    #[expect(clippy::panic, reason = "a log that pays out more than came in is broken, and loudly so")]
    fn sub_assign(&mut self, other: Self) {
        match self.0.checked_sub(other.0) {
            Some(rest) => self.0 = rest,
            None => panic!("{other} went out of an account that held {self}"),
        }
    }
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
