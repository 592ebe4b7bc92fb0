//! Patterns over stream names.

use std::sync::Arc;

/// A pattern: `*` stands for any text, also none, and `?` for one character. Everything else stands for itself.
#[derive(Debug, Clone)]
pub(super) struct Glob(Arc<str>);

impl Glob {
    pub(super) fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into().into())
    }

    /// The category of all that it fits, if there is only one.
    pub(super) fn category(&self) -> Option<&str> {
        let (category, _) = self.0.split_once('-')?;
        (!category.contains(['*', '?'])).then_some(category)
    }

    /// Whether it fits a text: in time that grows with both, and not faster.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (mut pattern, mut text) = (self.0.chars(), text.chars());
        // What to go back to, once more of the text is taken for the last `*`.
        let mut star = None;
        loop {
            let left = text.clone();
            match (pattern.next(), text.next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    text = left;
                    star = Some((pattern.clone(), text.clone()));
                }
                (Some('?'), Some(_)) => {}
                (Some(one), Some(other)) if one == other => {}
                _ => {
                    let Some((after, taken)) = &mut star else { return false };
                    if taken.next().is_none() {
                        return false;
                    }
                    (pattern, text) = (after.clone(), taken.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_what_it_says() {
        for (pattern, fits, other) in [
            ("account-ada", "account-ada", "account-ada-2"),
            ("account-*", "account-", "accounts-ada"),
            ("account-a*a", "account-abracadabra", "account-abc"),
            ("*-ada", "vault-ada", "vault-adam"),
            ("account-?", "account-ä", "account-"),
            ("a*b*c", "a-b-b-c", "a-c-b"),
            ("*", "", "\u{0}never"),
        ] {
            assert!(Glob::new(pattern).fits(fits), "{pattern} {fits}");
            assert!(pattern == "*" || !Glob::new(pattern).fits(other), "{pattern} {other}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_longer_than_others() {
        let pattern = "a*".repeat(200) + "b";
        assert!(!Glob::new(pattern).fits(&"a".repeat(1000)));
    }

    #[test]
    fn a_category_that_is_spelled_out_is_known() {
        assert_eq!(Glob::new("account-*").category(), Some("account"));
        for vague in ["*", "acc*-ada", "account*", "a?-1"] {
            assert_eq!(Glob::new(vague).category(), None, "{vague}");
        }
    }
}
