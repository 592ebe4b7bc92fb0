//! The routes of an application, beside those that every one of them has.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::{Method, StatusCode, Uri},
    response::IntoResponse,
    routing::{MethodRouter, delete, get, post},
};
use foldline::prelude::*;
use serde_json::Value;

use super::{Problem, document, probes};

/// No body is longer.
const BODY_BYTES: usize = 64 * 1024;

/// What runs behind an API.
#[derive(Debug, Clone)]
pub struct Service {
    /// It executes.
    pub executor: Executor,
    /// It keeps the read models.
    pub projector: Projector,
}

impl Service {
    /// Waits until the read models have seen what happened at a position that somebody names.
    ///
    /// # Errors
    /// When the log is not that far, or a read model is not, within two seconds.
    pub async fn seen(&self, position: Option<u64>) -> Result<(), Problem> {
        let Some(asked) = position else { return Ok(()) };
        let head = self.executor.store().head().await?;
        if asked > head {
            return Err(StoreError::BeyondHead { what: "position", asked, head }.into());
        }
        Ok(self.projector.wait_for(asked).timeout(Duration::from_secs(2)).await?)
    }

    /// Lets everything finish that has begun.
    pub async fn stop(&self) {
        self.projector.shutdown().await;
        self.executor.shutdown().await;
    }
}

/// Routes, and the document that describes them. `S` is what their handlers are given as their state.
#[derive(Debug)]
pub struct Api<S = ()> {
    router: Router<S>,
    service: Service,
    state: S,
    document: Value,
    routes: Vec<(Method, &'static str)>,
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// `/health`, `/metrics`, and `/openapi.json` with this document, to which is added what is said of these three.
    ///
    /// # Errors
    /// When the document is no JSON.
    pub fn new(service: Service, state: S, document: &str) -> serde_json::Result<Self> {
        let document = document::whole(document)?;
        let (shown, health) = (Json(document.clone()), service.clone());
        let api = Self { router: Router::new(), service, state, document, routes: Vec::new() }
            .get("/openapi.json", async move || shown)
            .get("/health", move || probes::health(health))
            .get("/metrics", probes::scrape);
        Ok(api)
    }

    /// Something that can be looked at.
    #[must_use]
    pub fn get<T: 'static>(self, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.route(Method::GET, path, get(handler))
    }

    /// Something that can be done.
    #[must_use]
    pub fn post<T: 'static>(self, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.route(Method::POST, path, post(handler))
    }

    /// Something that can be done away with.
    #[must_use]
    pub fn delete<T: 'static>(self, path: &'static str, handler: impl Handler<T, S>) -> Self {
        self.route(Method::DELETE, path, delete(handler))
    }

    fn route(mut self, method: Method, path: &'static str, handler: MethodRouter<S>) -> Self {
        self.routes.push((method, path));
        self.router = self.router.route(path, handler);
        self
    }

    /// What `/openapi.json` says.
    #[must_use]
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Which methods and paths there are.
    #[must_use]
    pub fn routes(&self) -> &[(Method, &'static str)] {
        &self.routes
    }

    /// What runs behind it.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    pub(crate) fn into_router(self) -> Router {
        let router = self.router.fallback(nothing_there).method_not_allowed_fallback(not_that_way);
        router.layer(DefaultBodyLimit::max(BODY_BYTES)).with_state(self.state)
    }
}

async fn nothing_there(uri: Uri) -> impl IntoResponse {
    Problem::not_found(format!("there is nothing at `{}`: `/openapi.json` says what there is", uri.path()))
}

async fn not_that_way(method: Method, uri: Uri) -> impl IntoResponse {
    let detail = format!("`{}` knows no {method}: `/openapi.json` says what it knows", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", detail)
}
