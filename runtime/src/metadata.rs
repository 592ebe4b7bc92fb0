//! What a caller says of a commit: stored once with it, seen on each of its events.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{error::StoreError, limits};

/// Correlation, causation, trace and headers of a commit, and the command that made it.
///
/// Cheap to clone: what is the caller's own is shared. Stored as one JSON object; what is absent is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The command's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Cow<'static, str>>,
    /// What this belongs to: the same for all that one request set off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Arc<str>>,
    /// What directly led to this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<Arc<str>>,
    /// The W3C trace context under which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<Arc<str>>,
    /// The caller's own.
    #[serde(default, skip_serializing_if = "no_headers")]
    pub headers: Option<Arc<BTreeMap<String, String>>>,
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn no_headers(headers: &Option<Arc<BTreeMap<String, String>>>) -> bool {
    headers.as_ref().is_none_or(|headers| headers.is_empty())
}

impl Metadata {
    /// The caller's own value under `name`.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.as_ref()?.get(name).map(String::as_str)
    }

    /// Sets the caller's own value under `name`.
    pub fn set_header(&mut self, name: impl Into<String>, value: impl Into<String>) {
        Arc::make_mut(self.headers.get_or_insert_default()).insert(name.into(), value.into());
    }

    /// Its text as stores keep it: one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and string maps always have a JSON text.
        serde_json::to_string(self).unwrap_or_else(|_| String::from("{}"))
    }

    /// How many bytes its texts have.
    #[must_use]
    pub fn size(&self) -> usize {
        let command = self.command.as_ref().map_or(0, |command| command.len());
        let texts = [&self.correlation, &self.causation, &self.traceparent];
        let headers = self.headers.iter().flat_map(|headers| headers.iter());
        command
            + texts.into_iter().flatten().map(|text| text.len()).sum::<usize>()
            + headers.map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }

    /// Refuses what is larger than [`limits::METADATA_BYTES`].
    ///
    /// # Errors
    /// [`StoreError::TooLarge`].
    pub fn check(&self) -> Result<(), StoreError> {
        let size = self.size();
        if size > limits::METADATA_BYTES {
            let limit = limits::METADATA_BYTES;
            return Err(StoreError::TooLarge { what: "the metadata of a commit in bytes", size, limit });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_left_out_and_all_comes_back() {
        let mut metadata = Metadata { command: Some("Transfer".into()), ..Metadata::default() };
        assert_eq!(metadata.to_json(), r#"{"command":"Transfer"}"#);
        metadata.set_header("user", "ada\0\"'");
        let json = metadata.to_json();
        assert_eq!(serde_json::from_str::<Metadata>(&json).ok(), Some(metadata));
    }

    #[test]
    fn too_large_is_refused() {
        let mut metadata = Metadata::default();
        metadata.set_header("essay", "x".repeat(limits::METADATA_BYTES));
        assert!(matches!(metadata.check(), Err(StoreError::TooLarge { .. })));
    }
}
