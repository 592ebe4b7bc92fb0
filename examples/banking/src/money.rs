//! Money, in cents, that cannot overflow silently.

use std::{
    fmt,
    ops::{AddAssign, SubAssign},
};

use serde::{Deserialize, Serialize};

/// An amount of money, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// The amount in cents.
    #[must_use]
    pub const fn as_cents(self) -> u64 {
        self.0
    }

    /// The sum, if it can be written down.
    ///
    /// # Errors
    /// [`MoneyError`] when it is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError)
    }
}

/// More money than can be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more money than can be written down")]
pub struct MoneyError;

/// For folds, whose sums the commands have checked: what was recorded fits.
impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.checked_add(other.0).unwrap_or_else(|| overflow("above"));
    }
}

/// For folds, whose differences the commands have checked: what was recorded fits.
impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 = self.0.checked_sub(other.0).unwrap_or_else(|| overflow("below zero, under"));
    }
}

#[expect(clippy::panic, reason = "a log whose sums do not fit is broken, and loudly so")]
fn overflow(side: &str) -> ! {
    panic!("the log adds up to an amount {side} what money can be")
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
    fn prints_as_people_write_it_and_never_overflows() {
        assert_eq!(Money::cents(12_345).to_string(), "123.45");
        assert_eq!(Money::cents(5).to_string(), "0.05");
        assert_eq!(Money::cents(u64::MAX).plus(Money::cents(1)), Err(MoneyError));
    }
}
