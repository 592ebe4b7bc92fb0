//! Our numbers, as columns hold them.

/// A number that no column holds is larger than every one that a column holds.
pub(crate) fn big(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Columns of positions and versions hold no negative numbers.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
