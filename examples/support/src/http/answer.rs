//! What a command that was executed is answered with.

use std::fmt::Display;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use foldline::{Committed, Loaded, Stream, StreamKey};
use serde::Serialize;

/// Where something is now. Its version is its `ETag`, and reads take its position: `?position=7` shows what it did.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    version: Option<u64>,
    position: Option<u64>,
    /// It had happened before, under the same key.
    replayed: bool,
    #[serde(skip)]
    created: Option<String>,
}

impl Answer {
    pub(super) fn of<K: StreamKey>(committed: &Committed, resource: &K) -> Self {
        let (version, position) = (committed.version(resource), committed.position());
        Self { version, position, replayed: committed.replayed(), created: None }
    }

    /// Something is there now that was not: `key`, under `/accounts`.
    pub(super) fn created(mut self, under: &str, key: impl Display) -> Self {
        self.created = Some(format!("{under}/{}", encoded(&key.to_string())));
        self
    }

    /// A state, with its version as its `ETag`.
    pub(super) fn state<S: Stream>(loaded: &Loaded<S>, shown: impl Serialize) -> Response {
        ([(header::ETAG, format!("\"{}\"", loaded.version()))], Json(shown)).into_response()
    }
}

/// A text as a part of a path: whatever may stand in a key, this may stand in a header.
fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let one = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = if self.created.is_some() { StatusCode::CREATED } else { StatusCode::OK };
        let tag = self.version.map(|version| (header::ETAG, format!("\"{version}\"")));
        let place = self.created.clone().map(|path| (header::LOCATION, path));
        let headers: Vec<_> = tag.into_iter().chain(place).collect();
        (status, AppendHeaders(headers), Json(self)).into_response()
    }
}
