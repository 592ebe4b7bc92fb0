//! What a request brings. Whatever is wrong with it is a problem document, too.

use std::{fmt, str::FromStr};

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use super::Problem;

/// The body, as JSON.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(wrong) => Err(Problem::new(wrong.status(), "wrong-body", wrong.body_text())),
        }
    }
}

/// What the path names.
#[derive(Debug)]
pub struct Id<K>(pub K);

impl<K: FromStr<Err: fmt::Display>, S: Send + Sync> FromRequestParts<S> for Id<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|wrong| Problem::new(wrong.status(), "wrong-path", wrong.body_text()))?;
        let wrong = |error: K::Err| Problem::new(StatusCode::BAD_REQUEST, "wrong-path", format!("`{text}`: {error}"));
        text.parse().map(Self).map_err(wrong)
    }
}

/// What stands behind the `?`.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(wrong) => Err(Problem::new(wrong.status(), "wrong-query", wrong.body_text())),
        }
    }
}
