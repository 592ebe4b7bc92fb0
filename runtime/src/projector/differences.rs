//! What differs between two values, as JSON shows them.

use serde_json::Value;

use crate::store::Difference;

/// How many places that differ are shown.
const SAMPLES: usize = 20;

/// The places that differ: `-` before what only the present holds, `+` before what only the new one does.
pub(super) fn differences(current: &Value, next: &Value) -> Vec<Difference> {
    let mut found = Found::default();
    found.compare("", Some(current), Some(next));
    if found.only_in_current + found.only_in_next == 0 {
        return Vec::new();
    }
    vec![Difference::new("value".to_owned(), found.only_in_current, found.only_in_next, found.samples)]
}

#[derive(Default)]
struct Found {
    only_in_current: u64,
    only_in_next: u64,
    samples: Vec<String>,
}

impl Found {
    fn compare(&mut self, path: &str, current: Option<&Value>, next: Option<&Value>) {
        match (current, next) {
            (one, other) if one == other => {}
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                for (key, value) in one {
                    self.compare(&format!("{path}/{key}"), Some(value), other.get(key));
                }
                for (key, value) in other.iter().filter(|(key, _)| !one.contains_key(*key)) {
                    self.compare(&format!("{path}/{key}"), None, Some(value));
                }
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                for nth in 0..one.len().max(other.len()) {
                    self.compare(&format!("{path}/{nth}"), one.get(nth), other.get(nth));
                }
            }
            (one, other) => {
                self.only_in_current += u64::from(one.is_some());
                self.only_in_next += u64::from(other.is_some());
                for (sign, value) in [('-', one), ('+', other)] {
                    if let Some(value) = value.filter(|_| self.samples.len() < SAMPLES) {
                        self.samples.push(format!("{sign} {path}: {value}"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_place_that_differs_is_named() {
        let current = json!({"a": 1, "b": [1, 2, 3], "gone": {"x": 1}});
        let next = json!({"a": 1, "b": [1, 5], "come": true});
        let found = differences(&current, &next);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].only_in_current, found[0].only_in_next), (3, 2));
        assert_eq!(found[0].samples, ["- /b/1: 2", "+ /b/1: 5", "- /b/2: 3", "- /gone: {\"x\":1}", "+ /come: true"]);
        assert!(differences(&next, &next).is_empty());
    }
}
