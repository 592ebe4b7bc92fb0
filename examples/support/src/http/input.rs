//! What a request brings. Whatever is wrong with it is a problem document, too.

use std::{fmt, str::FromStr};

use axum::{
    Json,
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, Path, Query, RawPathParams, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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

/// A command: some of its fields stand in the path, and the others are the members of the body.
#[derive(Debug)]
pub(super) struct Asked<C>(pub(super) C);

impl<C: DeserializeOwned, S: Send + Sync> FromRequest<S> for Asked<C> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let path = RawPathParams::from_request_parts(&mut parts, state)
            .await
            .map_err(|wrong| Problem::new(wrong.status(), "wrong-path", wrong.body_text()))?;
        let mut fields = Map::new();
        // Where all fields stand in the path, there need be no body.
        if !body.is_end_stream() {
            Body(fields) = Body::from_request(Request::from_parts(parts, body), state).await?;
        }
        let wrong = |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-body", detail);
        for (name, text) in &path {
            if fields.insert(name.to_owned(), Value::from(text)).is_some() {
                return Err(wrong(format!("the path says what `{name}` is: leave it out of the body")));
            }
        }
        // Whoever writes a member that nobody reads means something by it.
        let mut unread = None;
        let command = serde_ignored::deserialize(Value::from(fields), |member| {
            unread.get_or_insert_with(|| member.to_string());
        });
        match (command, unread) {
            (Err(error), _) => Err(wrong(error.to_string())),
            (Ok(_), Some(member)) => Err(wrong(format!("`{member}` is no member of this"))),
            (Ok(command), None) => Ok(Self(command)),
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
