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
    pub const fn interest(self, rate: Rate) -> Self {
        // Divided first, so that nothing can overflow; what the division leaves is small.
        let (whole, rest) = (self.0 / Rate::WHOLE, self.0 % Rate::WHOLE);
        let rate = rate.0 as u128;
        Self(whole.saturating_mul(rate).saturating_add(rest * rate / Rate::WHOLE))
    }
}

/// What money brings, in hundredths of a per cent: 25 are a quarter of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub struct Rate(u16);

impl Rate {
    /// No interest.
    pub const NONE: Self = Self(0);

    const WHOLE: u128 = 10_000;

    /// So many hundredths of a per cent; `None` if that is more than everything.
    #[must_use]
    pub const fn basis_points(points: u16) -> Option<Self> {
        if points as u128 <= Self::WHOLE { Some(Self(points)) } else { None }
    }
}

impl TryFrom<u16> for Rate {
    type Error = &'static str;

    fn try_from(points: u16) -> Result<Self, Self::Error> {
        Self::basis_points(points).ok_or("a rate is 10000 hundredths of a per cent at the most")
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

    #[test]
    fn interest_is_rounded_down_and_cannot_overflow() -> Result<(), &'static str> {
        assert_eq!(Money::cents(19_999).interest(Rate::try_from(100)?), Money::cents(199));
        assert_eq!(Money::cents(99).interest(Rate::try_from(100)?), Money::ZERO);
        assert_eq!(Money(u128::MAX).interest(Rate::try_from(10_000)?), Money(u128::MAX));
        assert!(Rate::try_from(10_001).is_err());
        Ok(())
    }
}
