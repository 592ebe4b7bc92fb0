//! The document that describes an API: what the application says, what its routes say of themselves, and what is said of all.

use axum::http::Method;
use serde_json::{Value, json};

const COMMON: &str = include_str!("openapi.json");

/// The document, as far as it is known.
#[derive(Debug)]
pub(super) struct Document(Value);

impl Document {
    /// With what the application says of itself.
    pub(super) fn new(own: &str) -> serde_json::Result<Self> {
        let mut whole: Value = serde_json::from_str(COMMON)?;
        merge(&mut whole, serde_json::from_str(own)?);
        Ok(Self(whole))
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    /// Something that can be asked for.
    pub(super) fn command(&mut self, method: &Method, path: &str, says: &str, name: &str, creates: bool) {
        let mut parameters = vec![refer("parameters", "key"), refer("parameters", "request")];
        // What is not there has no version yet.
        if !creates {
            parameters.push(refer("parameters", "match"));
        }
        let answer = if creates {
            json!({ "201": refer("responses", "Created") })
        } else {
            json!({ "200": refer("responses", "Done") })
        };
        let body = self.0["components"]["schemas"].get(name).map(|_| {
            let schema = json!({ "schema": refer("schemas", name) });
            json!({ "requestBody": { "required": true, "content": { "application/json": schema } } })
        });
        self.add(method, path, says, parameters, answer);
        if let Some(body) = body {
            merge(&mut self.0["paths"][path][method.as_str().to_lowercase()], body);
        }
    }

    /// Something that can be looked at.
    pub(super) fn read(&mut self, path: &str, says: &str, parameter: &str) {
        let answer = json!({ "200": { "description": says } });
        self.add(&Method::GET, path, says, vec![refer("parameters", parameter)], answer);
    }

    fn add(&mut self, method: &Method, path: &str, says: &str, mut parameters: Vec<Value>, mut answer: Value) {
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let named = |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } });
        parameters.extend(names.map(named));
        answer["default"] = refer("responses", "Problem");
        let operation = json!({ "summary": says, "parameters": parameters, "responses": answer });
        self.0["paths"][path][method.as_str().to_lowercase()] = operation;
    }
}

fn refer(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
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
