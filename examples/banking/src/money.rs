//! Money, in cents, that cannot overflow.

use std::{
    fmt,
    iter::Sum,
    ops::{AddAssign, SubAssign},
};

use nutype::nutype;
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

    /// As a number of cents, for whoever keeps it elsewhere.
    #[must_use]
    pub const fn as_cents(self) -> u128 {
        self.0
    }

    /// The amount that is so many cents, from where it was kept.
    #[must_use]
    pub const fn from_cents(cents: u128) -> Self {
        Self(cents)
    }

    /// What this brings at such a rate; of less than a cent nothing.
    #[must_use]
    pub fn interest(self, rate: Rate) -> Self {
        // Divided first, so that nothing can overflow; what the division leaves is small.
        let (whole, rest, rate) = (self.0 / WHOLE, self.0 % WHOLE, u128::from(rate.into_inner()));
        Self(whole.saturating_mul(rate).saturating_add(rest * rate / WHOLE))
    }
}

/// What money brings, in hundredths of a per cent: 25 are a quarter of a per cent.
#[nutype(validate(less_or_equal = 10_000), derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize))]
pub struct Rate(u16);

/// So many hundredths of a per cent are all of it.
const WHOLE: u128 = 10_000;

/// For folds, whose sums have room for all that a log holds.
#[expect(clippy::expect_used, reason = "a log that does not add up is broken, and loudly so")]
impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.checked_add(other.0).expect("the log adds up");
    }
}

/// For folds, whose differences the commands have checked.
#[expect(clippy::expect_used, reason = "a log that does not add up is broken, and loudly so")]
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.checked_sub(other.0).expect("the log adds up: nothing goes out that did not come in");
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |mut together, amount| {
            together += amount;
            together
        })
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
        assert_eq!(format!("{:>8} {}", Money::cents(5), Money::cents(12_345)), "    0.05 123.45");
        let mut much = Money::cents(u64::MAX);
        much += Money::cents(u64::MAX);
        assert!(much > Money::cents(u64::MAX));
    }

    #[test]
    #[should_panic(expected = "the log adds up")]
    fn a_log_by_which_more_goes_out_than_came_in_is_loudly_broken() {
        let mut balance = Money::cents(1);
        balance -= Money::cents(2);
    }

    #[test]
    fn interest_is_rounded_down_and_cannot_overflow() -> Result<(), RateError> {
        for (cents, rate, brings) in [(19_999, 100, 199), (99, 100, 0), (u128::MAX, 10_000, u128::MAX)] {
            assert_eq!(Money(cents).interest(Rate::try_new(rate)?), Money(brings));
        }
        assert!(Rate::try_new(10_001).is_err());
        Ok(())
    }
}
