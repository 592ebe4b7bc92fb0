//! What must hold across facts.

use std::collections::HashMap;

use super::model::Facts;
use crate::diag::Diagnostics;

/// Names must tell facts apart, the past ones included, and versions count from 1.
pub(crate) fn check(facts: &Facts, diag: &mut Diagnostics) {
    let mut taken: HashMap<String, String> = HashMap::new();
    for fact in &facts.list {
        for name in std::iter::once(&fact.name).chain(&fact.was) {
            if name.value().is_empty() || name.value().contains('\0') {
                diag.error(name, "a stored name is some text: `name = \"account.opened\"`");
            }
            // Two facts of which only one is ever compiled in may share a name.
            if !fact.conditions.is_empty() {
                continue;
            }
            if let Some(other) = taken.insert(name.value(), fact.variant.to_string()) {
                let message = format!(
                    "`{other}` is stored as \"{}\" already: give one of the two another name with `#[event(name = \"…\")]`",
                    name.value()
                );
                diag.error(name, message);
            }
        }
        if fact.version == 0 {
            let message = "schema versions count from 1: leave `version` out, or say 2 or more once the fields change";
            diag.push(syn::Error::new(fact.version_span, message));
        }
    }
}
