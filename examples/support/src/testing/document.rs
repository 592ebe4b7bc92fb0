//! An `OpenAPI` document, held against what a server really does.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use axum::http::Method;
use serde_json::Value;

use super::{Done, Reply};
use crate::http::broken_references;

/// An `OpenAPI` document, and which of its answers were seen.
#[derive(Debug)]
pub struct Document {
    value: Value,
    seen: Mutex<BTreeSet<String>>,
}

impl Document {
    /// This one.
    ///
    /// # Errors
    /// When a reference in it leads nowhere.
    pub fn new(value: Value) -> Done<Self> {
        match broken_references(&value)[..] {
            [] => Ok(Self { value, seen: Mutex::default() }),
            ref broken => Err(format!("these lead nowhere: {broken:?}").into()),
        }
    }

    /// The methods and paths that it describes: `GET /accounts`.
    #[must_use]
    pub fn operations(&self) -> BTreeSet<String> {
        let paths = self.value["paths"].as_object().into_iter().flatten();
        let of_path = |(path, operations): (&String, &Value)| -> Vec<String> {
            let methods = operations.as_object().into_iter().flatten();
            methods.map(|(method, _)| format!("{} {path}", method.to_uppercase())).collect()
        };
        paths.flat_map(of_path).collect()
    }

    /// Those of them that nobody has asked for, and been answered.
    #[must_use]
    pub fn unseen(&self) -> BTreeSet<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.operations().difference(&seen).cloned().collect()
    }

    /// Whether it speaks of such an answer. What it does not describe at all is a 404 or a 405.
    pub(super) fn allows(&self, method: &Method, path: &str, reply: &Reply) -> Done {
        let path = path.split('?').next().unwrap_or(path);
        let status = reply.status.as_u16();
        let Some(template) = self.template(path) else {
            return if status == 404 { Ok(()) } else { Err(format!("{path} is not described").into()) };
        };
        let operation = &self.value["paths"][template][method.as_str().to_lowercase()];
        if operation.is_null() {
            return if status == 405 { Ok(()) } else { Err(format!("{method} {path} is not described").into()) };
        }
        let of_status = &operation["responses"][status.to_string()];
        // What is not said otherwise is a problem.
        let is_problem = reply.header("content-type") == Some("application/problem+json");
        if of_status.is_null() && (operation["responses"]["default"].is_null() || !is_problem) {
            return Err(format!("{method} {path} is not said to answer {status}: {}", reply.text).into());
        }
        // What is said of this very status was seen; a problem among others shows nothing of the endpoint.
        if !of_status.is_null() {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(format!("{method} {template}"));
        }
        Ok(())
    }

    fn template(&self, path: &str) -> Option<&str> {
        let fits = |template: &&String| {
            let (mut parts, mut names) = (path.split('/'), template.split('/'));
            loop {
                match (parts.next(), names.next()) {
                    (None, None) => return true,
                    (Some(part), Some(name)) if part == name || name.starts_with('{') => {}
                    _ => return false,
                }
            }
        };
        self.value["paths"].as_object()?.keys().find(fits).map(String::as_str)
    }
}
