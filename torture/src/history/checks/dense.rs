//! Positions and versions are dense.

use std::collections::HashMap;

use super::super::{
    book::Book,
    violation::{Promise, Violation},
};

pub(super) fn check(log: &Book) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut versions = HashMap::new();
    for (fact, expected) in log.facts().iter().zip(1..) {
        if fact.position != expected {
            let what = format!("position {expected} should come next, and {} does", fact.position);
            // One hole shifts all that follows.
            return vec![Violation::new(Promise::DensePositions, what).facts([fact])];
        }
        let version = versions.entry(fact.stream).or_insert(0);
        *version += 1;
        if fact.version != *version {
            let what = format!("{} should get version {version} next, and gets {}", fact.stream, fact.version);
            found.push(Violation::new(Promise::DenseVersions, what).facts([fact]));
            *version = fact.version;
        }
    }
    found
}
