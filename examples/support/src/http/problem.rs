//! What went wrong, as RFC 9457 has it: `application/problem+json`.

use std::fmt;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use foldline::{ExecuteError, ProjectorError, StoreError};
use serde_json::{Map, Value};

/// A problem document.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    detail: String,
    more: Map<String, Value>,
}

impl Problem {
    /// A problem of this kind, and what there is to say about this one.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, detail: impl fmt::Display) -> Self {
        Self { status, kind, detail: detail.to_string(), more: Map::new() }
    }

    /// Why a command was not executed. `rejected` says which status and kind the domain's own error has.
    #[must_use]
    pub fn of<E: fmt::Display>(
        error: ExecuteError<E>,
        rejected: impl FnOnce(&E) -> (StatusCode, &'static str),
    ) -> Self {
        let said = error.to_string();
        let problem = |status, kind| Self::new(status, kind, &said);
        match error {
            ExecuteError::Rejected(refusal) => {
                let (status, kind) = rejected(&refusal);
                Self::new(status, kind, refusal)
            }
            ExecuteError::SameStream { .. } => problem(StatusCode::UNPROCESSABLE_ENTITY, "named-twice"),
            ExecuteError::AlreadyExists { .. } => problem(StatusCode::CONFLICT, "already-exists"),
            ExecuteError::NotFound { .. } => problem(StatusCode::NOT_FOUND, "not-found"),
            ExecuteError::Conflict { .. } => problem(StatusCode::CONFLICT, "try-again"),
            ExecuteError::VersionMismatch { actual, .. } => {
                problem(StatusCode::PRECONDITION_FAILED, "version-mismatch").with("version", actual)
            }
            ExecuteError::KeyReused { commit, .. } => {
                problem(StatusCode::UNPROCESSABLE_ENTITY, "key-reused").with("commit", commit.to_string())
            }
            ExecuteError::Timeout { commit, .. } => {
                let problem = problem(StatusCode::GATEWAY_TIMEOUT, "timeout");
                match commit {
                    // Whether it happened can be looked up by this.
                    Some(commit) => problem.with("commit", commit.to_string()),
                    None => problem,
                }
            }
            ExecuteError::Denied { .. } => problem(StatusCode::FORBIDDEN, "denied"),
            ExecuteError::Store(error) => error.into(),
            _ => problem(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// Something that nothing ever happened to.
    #[must_use]
    pub fn never(key: &impl fmt::Display) -> Self {
        Self::not_found(format!("nothing ever happened to `{key}`"))
    }

    /// Something that is not there.
    #[must_use]
    pub fn not_found(detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// With a member of its own, for programs.
    #[must_use]
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut document = self.more;
        document.insert("type".into(), format!("/problems/{}", self.kind).into());
        document.insert("title".into(), self.kind.replace('-', " ").into());
        document.insert("status".into(), self.status.as_u16().into());
        document.insert("detail".into(), self.detail.into());
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (status, kind) = match &error {
            StoreError::InvalidKey { .. } | StoreError::Nul { .. } => (StatusCode::BAD_REQUEST, "cannot-be-stored"),
            StoreError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            StoreError::BeyondHead { .. } | StoreError::NoSuchVersion { .. } => (StatusCode::NOT_FOUND, "not-yet"),
            StoreError::Unavailable { .. } | StoreError::Closed => (StatusCode::SERVICE_UNAVAILABLE, "store-stopped"),
            StoreError::Unknown { .. } => (StatusCode::GATEWAY_TIMEOUT, "timeout"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let problem = Self::new(status, kind, &error);
        match error {
            StoreError::Unknown { commit, .. } => problem.with("commit", commit.to_string()),
            _ => problem,
        }
    }
}

impl From<ProjectorError> for Problem {
    fn from(error: ProjectorError) -> Self {
        match error {
            ProjectorError::Store(error) => error.into(),
            // It lags, or it has stopped: `/health` says which.
            other => Self::new(StatusCode::SERVICE_UNAVAILABLE, "read-model-behind", other),
        }
    }
}
