//! On what conditions a command is executed: `Idempotency-Key` and `If-Match`.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
};
use foldline::{Command, Execute, ExecuteError, Executor, StreamKey};

use super::{Problem, answer::Answer};

/// The conditions that a request's headers set.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// Once, whatever happens to the answer.
    key: Option<String>,
    /// Only if the resource is still at this version.
    version: Option<u64>,
    /// What this request is called elsewhere: it goes onto every event.
    request: Option<String>,
}

impl Conditions {
    /// Executes a command on these conditions. The version is that of `resource`, and so is the answer's.
    pub(super) async fn execute<C: Command, K: StreamKey>(
        self,
        executor: &Executor,
        command: C,
        resource: &K,
    ) -> Result<Answer, ExecuteError<C::Error>> {
        let execute = executor.execute(command);
        let execute = self.key.iter().fold(execute, Execute::idempotency_key);
        let execute = self.request.iter().fold(execute, Execute::correlation);
        let execute = self.version.iter().fold(execute, |execute, version| execute.if_version(resource, *version));
        Ok(Answer::of(&execute.await?, resource))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            key: text(&parts.headers, "idempotency-key")?,
            version: text(&parts.headers, "if-match")?.map(|tag| version(&tag)).transpose()?,
            request: text(&parts.headers, "x-request-id")?,
        })
    }
}

fn text(headers: &HeaderMap, name: &str) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| !text.is_empty());
    text.map(|text| Some(text.to_owned())).ok_or_else(|| wrong(format!("`{name}` is a text of visible ASCII")))
}

/// The version that an `ETag` of ours names.
fn version(tag: &str) -> Result<u64, Problem> {
    let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let version = inner.and_then(|version| version.parse().ok());
    version.ok_or_else(|| wrong(format!("`If-Match: {tag}`: write the `ETag` of an answer, such as \"7\"")))
}

fn wrong(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "wrong-header", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version_in_quotes_and_nothing_else() {
        assert_eq!(version("\"7\"").ok(), Some(7));
        for tag in ["7", "*", "W/\"7\"", "\"7\", \"8\"", "\"-7\"", "\""] {
            assert!(version(tag).is_err(), "{tag}");
        }
    }
}
