//! An `OpenAPI` document, held against what a server really does.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde_json::Value;

use super::{Reply, Request};
use crate::Done;

/// An `OpenAPI` document, and which of its answers were seen.
#[derive(Debug)]
pub(super) struct Document {
    value: Value,
    seen: Mutex<BTreeSet<String>>,
}

impl Document {
    /// This one, if every reference in it leads somewhere.
    pub(super) fn new(value: Value) -> Done<Self> {
        let mut left = vec![&value];
        while let Some(part) = left.pop() {
            let to = part.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#'));
            if let Some(to) = to.filter(|to| value.pointer(to).is_none()) {
                return Err(format!("#{to} leads nowhere").into());
            }
            left.extend(part.as_object().into_iter().flat_map(|members| members.values()));
            left.extend(part.as_array().into_iter().flatten());
        }
        Ok(Self { value, seen: Mutex::default() })
    }

    /// What it describes, `GET /accounts`, that nobody has asked for and been answered.
    pub(super) fn unseen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let paths = self.value["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, operations)| {
            let methods = operations.as_object().into_iter().flatten();
            methods.map(move |(method, _)| format!("{} {path}", method.to_uppercase()))
        });
        operations.filter(|operation| !seen.contains(operation)).collect()
    }

    /// Whether it speaks of such a request and such an answer. What it does not describe at all is a 404 or a 405.
    pub(super) fn allows(&self, request: &Request<'_>, reply: &Reply) -> Done {
        let Request { method, path, headers, body, .. } = request;
        let path = path.split('?').next().unwrap_or(path);
        let status = reply.status.as_u16();
        let Some(template) = self.template(path) else {
            return if status == 404 { Ok(()) } else { Err(format!("{path} is not described").into()) };
        };
        let operation = &self.value["paths"][template][method.as_str().to_lowercase()];
        if operation.is_null() {
            return if status == 405 { Ok(()) } else { Err(format!("{method} {path} is not described").into()) };
        }
        let is_said = !operation["responses"][status.to_string()].is_null();
        // What is not said otherwise is a problem.
        let is_problem = reply.header("content-type") == Some("application/problem+json");
        if !is_said && (operation["responses"]["default"].is_null() || !is_problem) {
            return Err(format!("{method} {path} is not said to answer {status}: {}", reply.text).into());
        }
        // A problem shows nothing of what the endpoint does, and takes.
        if is_said {
            if body.len() > "{}".len() && operation["requestBody"].is_null() {
                return Err(format!("{method} {path} is not said to take a body").into());
            }
            for (header, _) in headers.iter().filter(|(name, _)| *name != "content-type") {
                let mut parameters = operation["parameters"].as_array().into_iter().flatten();
                if !parameters.any(|parameter| self.name(parameter).eq_ignore_ascii_case(header)) {
                    return Err(format!("{method} {path} is not said to take `{header}`").into());
                }
            }
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{method} {template}"));
        }
        Ok(())
    }

    fn name<'a>(&'a self, parameter: &'a Value) -> &'a str {
        let pointer = parameter["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        let parameter = pointer.and_then(|to| self.value.pointer(to)).unwrap_or(parameter);
        parameter["name"].as_str().unwrap_or_default()
    }

    fn template(&self, path: &str) -> Option<&str> {
        let fits = |template: &&String| {
            let (parts, names) = (path.split('/'), template.split('/'));
            parts.clone().count() == names.clone().count()
                && parts.zip(names).all(|(part, name)| part == name || name.starts_with('{'))
        };
        self.value["paths"].as_object()?.keys().find(fits).map(String::as_str)
    }
}
