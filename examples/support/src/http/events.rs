//! What happened to one thing, over HTTP.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use foldline::{Executor, History, StoreError, StreamKey, StreamName};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::Problem;

/// The events of one stream, in order: all of them, or those up to a version.
pub(super) async fn events<K: StreamKey>(
    executor: &Executor,
    key: &K,
    until: Option<u64>,
) -> Result<Response, Problem> {
    let history = until.into_iter().fold(executor.history(key), History::until_version);
    let mut history = history.raw();
    let mut shown = Vec::new();
    while let Some(event) = history.try_next().await? {
        let data: Value = serde_json::from_slice(event.payload()).unwrap_or_default();
        shown.push(json!({
            "version": event.version(), "position": event.position(), "time": event.time().to_string(),
            "event": event.name(), "data": data, "correlation": event.metadata().correlation,
            "commit": event.commit().to_string(),
        }));
    }
    let actual = shown.len() as u64;
    match until {
        _ if shown.is_empty() => Err(Problem::never(key)),
        Some(asked) if asked > actual => {
            Err(StoreError::NoSuchVersion { stream: StreamName::of(key), asked, actual }.into())
        }
        _ => Ok(Json(shown).into_response()),
    }
}
