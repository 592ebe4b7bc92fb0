//! The document that describes an API: what the application says of it, and what is said of all.

use serde_json::Value;

const COMMON: &str = include_str!("openapi.json");

/// Both together.
pub(super) fn whole(own: &str) -> serde_json::Result<Value> {
    let mut whole: Value = serde_json::from_str(COMMON)?;
    merge(&mut whole, serde_json::from_str(own)?);
    Ok(whole)
}

fn merge(into: &mut Value, own: Value) {
    match (into, own) {
        (Value::Object(into), Value::Object(own)) => {
            for (name, value) in own {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, own) => *into = own,
    }
}

/// Every `$ref` in a document, and whether it leads somewhere.
#[cfg(feature = "testing")]
pub(crate) fn broken_references(document: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let mut left = vec![document];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(members) => {
                let leads = |to: &str| to.strip_prefix('#').is_some_and(|pointer| document.pointer(pointer).is_some());
                broken.extend(members.get("$ref").and_then(Value::as_str).filter(|to| !leads(to)).map(String::from));
                left.extend(members.values());
            }
            Value::Array(values) => left.extend(values),
            _ => {}
        }
    }
    broken
}
