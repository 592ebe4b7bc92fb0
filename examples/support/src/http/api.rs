//! The routes of an application, a line for each: what can be asked for and what can be looked at.

use std::{fmt::Display, num::NonZeroU64, str::FromStr};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::{Method, StatusCode, Uri},
    response::IntoResponse,
    routing::{MethodFilter, get, on},
};
use foldline::{Command, CommitId, Executor, Load, StreamKey};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Answer, Id, Params, Problem, conditions::Conditions, document::Document, input::Asked, probes};
use crate::Service;

/// No body is longer.
const BODY_BYTES: usize = 64 * 1024;

/// Routes, and the document that describes them. `E` is why the domain says no.
#[derive(Debug)]
pub struct Api<E> {
    router: Router,
    service: Service,
    refusal: fn(&E) -> (StatusCode, &'static str),
    document: Document,
}

/// A command of a domain that says no with an `E`, and that can be read from a request.
pub trait Asks<E>: Command<Error = E> + DeserializeOwned + 'static {}

impl<E, C: Command<Error = E> + DeserializeOwned + 'static> Asks<E> for C {}

/// As it was at this version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtVersion {
    version: Option<NonZeroU64>,
}

impl AtVersion {
    fn number(&self) -> Option<u64> {
        self.version.map(NonZeroU64::get)
    }
}

/// With what happened at this position.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithPosition {
    /// Where in the log.
    pub position: Option<u64>,
}

impl<E: Display + Send + 'static> Api<E> {
    /// `refusal` says which status and kind of problem the domain's own errors have. To `document` is added what the routes
    /// say of themselves; of a command's body it holds the schema, under the command's name.
    ///
    /// # Errors
    /// When the document is no JSON.
    pub fn new(
        service: Service,
        document: &str,
        refusal: fn(&E) -> (StatusCode, &'static str),
    ) -> serde_json::Result<Self> {
        Ok(Self { router: Router::new(), service, refusal, document: Document::new(document)? })
    }

    /// A command that makes something, which can be looked at under `place` from then on.
    #[must_use]
    pub fn creates<C: Asks<E>, K: StreamKey>(
        self,
        path: &'static str,
        place: &'static str,
        says: &str,
        key: fn(&C) -> &K,
    ) -> Self {
        self.command(Method::POST, path, Some(place), says, key)
    }

    /// A command that does something. `If-Match` and the answer's version are those of `key`.
    #[must_use]
    pub fn does<C: Asks<E>, K: StreamKey>(self, path: &'static str, says: &str, key: fn(&C) -> &K) -> Self {
        self.command(Method::POST, path, None, says, key)
    }

    /// A command that does away with something.
    #[must_use]
    pub fn ends<C: Asks<E>, K: StreamKey>(self, path: &'static str, says: &str, key: fn(&C) -> &K) -> Self {
        self.command(Method::DELETE, path, None, says, key)
    }

    fn command<C: Asks<E>, K: StreamKey>(
        mut self,
        method: Method,
        path: &'static str,
        place: Option<&'static str>,
        says: &str,
        key: fn(&C) -> &K,
    ) -> Self {
        let (executor, refusal) = (self.service.executor.clone(), self.refusal);
        self.document.command(&method, path, says, C::NAME, place.is_some());
        self.route(method, path, async move |conditions: Conditions, Asked(command): Asked<C>| {
            let key = key(&command).clone();
            match (conditions.execute(&executor, command, &key).await, place) {
                (Ok(answer), None) => Ok(answer),
                (Ok(answer), Some(place)) => Ok(answer.created(place, &key)),
                (Err(error), _) => Err(Problem::of(error, refusal)),
            }
        })
    }

    /// What one thing is, or was: `?version=7`.
    #[must_use]
    pub fn state<K: StreamKey<Err: Display>>(
        mut self,
        path: &'static str,
        says: &str,
        show: fn(&K, &K::State) -> Value,
    ) -> Self {
        let executor = self.service.executor.clone();
        self.document.read(path, says, "version");
        self.route(Method::GET, path, async move |Id(key): Id<K>, Params(at): Params<AtVersion>| {
            let load = at.number().into_iter().fold(executor.load(&key), Load::at_version);
            let Some(loaded) = load.await? else { return Err(Problem::never(&key)) };
            Ok(Answer::state(&loaded, show(&key, &loaded)))
        })
    }

    /// All that happened to one thing.
    #[must_use]
    pub fn history<K: StreamKey<Err: Display>>(mut self, path: &'static str, says: &str) -> Self {
        let executor = self.service.executor.clone();
        self.document.read(path, says, "version");
        self.route(Method::GET, path, async move |Id(key): Id<K>, Params(until): Params<AtVersion>| {
            super::events(&executor, &key, until.number()).await
        })
    }

    /// What the read model of this name says of all: `?position=7` waits until what happened there is in it.
    #[must_use]
    pub fn view<F>(mut self, path: &'static str, says: &str, model: &'static str, show: F) -> Self
    where
        F: Fn() -> Value + Clone + Send + Sync + 'static,
    {
        let service = self.service.clone();
        self.document.read(path, says, "position");
        self.route(Method::GET, path, async move |Params(with): Params<WithPosition>| {
            service.seen(with.position, model).await?;
            Ok::<_, Problem>(Json(show()))
        })
    }

    /// What the read model of this name says of one thing.
    #[must_use]
    pub fn view_of<K, F>(mut self, path: &'static str, says: &str, model: &'static str, show: F) -> Self
    where
        K: FromStr<Err: Display> + Send + 'static,
        F: Fn(K) -> Value + Clone + Send + Sync + 'static,
    {
        let service = self.service.clone();
        self.document.read(path, says, "position");
        self.route(Method::GET, path, async move |Id(key): Id<K>, Params(with): Params<WithPosition>| {
            service.seen(with.position, model).await?;
            Ok::<_, Problem>(Json(show(key)))
        })
    }

    /// Anything else. The document that this API began with describes it.
    #[must_use]
    pub fn route<T: 'static>(mut self, method: Method, path: &'static str, handler: impl Handler<T, ()>) -> Self {
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::GET);
        self.router = self.router.route(path, on(filter, handler));
        self
    }

    /// What `/openapi.json` says.
    #[must_use]
    pub fn document(&self) -> &Value {
        self.document.value()
    }

    /// What runs behind it.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    pub(crate) fn into_router(self) -> Router {
        let (document, service) = (Json(self.document.value().clone()), self.service);
        let executor = service.executor.clone();
        self.router
            .route("/openapi.json", get(async move || document))
            .route("/commits/{commit}", get(async move |Id(commit): Id<CommitId>| happened(&executor, commit).await))
            .route("/health", get(async move || probes::health(service).await))
            .route("/metrics", get(probes::scrape))
            .fallback(nothing_there)
            .method_not_allowed_fallback(not_that_way)
            .layer(DefaultBodyLimit::max(BODY_BYTES))
    }
}

/// For whoever was told of a commit, and not what became of it.
async fn happened(executor: &Executor, commit: CommitId) -> Result<Json<Value>, Problem> {
    match executor.commit(commit).await? {
        Some(committed) => Ok(Json(json!({ "commit": commit.to_string(), "position": committed.position() }))),
        None => Err(Problem::not_found("the log does not hold it; while the store is slow, not yet")),
    }
}

async fn nothing_there(uri: Uri) -> impl IntoResponse {
    Problem::not_found(format!("there is nothing at `{}`: `/openapi.json` says what there is", uri.path()))
}

async fn not_that_way(method: Method, uri: Uri) -> impl IntoResponse {
    let detail = format!("`{}` knows no {method}: `/openapi.json` says what it knows", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", detail)
}
