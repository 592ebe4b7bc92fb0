//! The month that something is for.

use nutype::nutype;

/// A month, as `2026-11`. Later ones are greater.
#[nutype(
    validate(predicate = is_a_month),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Display, FromStr, Serialize, Deserialize)
)]
pub struct Month(String);

fn is_a_month(text: &str) -> bool {
    let number = |text: &str, digits| {
        let all = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| text.parse::<u32>().ok()).flatten()
    };
    let parts = text.split_once('-').map(|(year, month)| (number(year, 4), number(month, 2)));
    matches!(parts, Some((Some(_), Some(1..=12))))
}
