//! What those ask who watch over the service.

use std::{sync::OnceLock, time::Duration};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use foldline::{
    RunState,
    metrics::{BATCH_COMMITS, COMMITS_BUCKETS, SECONDS_BUCKETS},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;
use tokio::time::sleep;

use super::Problem;
use crate::Service;

static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

/// Has metrics recorded from now on. To be called before a store is opened: each looks for a recorder once.
pub fn metrics() {
    RECORDER.get_or_init(|| install().map_err(|error| error.to_string()));
}

fn install() -> Result<PrometheusHandle, BuildError> {
    let in_seconds = Matcher::Suffix("_seconds".to_owned());
    let in_commits = Matcher::Full(BATCH_COMMITS.name.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(in_seconds, SECONDS_BUCKETS)?
        .set_buckets_for_metric(in_commits, COMMITS_BUCKETS)?
        .install_recorder()
}

/// Keeps what is recorded small while nobody scrapes: samples wait in a list until somebody does, or this.
pub(super) async fn keep_up() {
    loop {
        sleep(Duration::from_secs(5)).await;
        if let Some(Ok(recorder)) = RECORDER.get() {
            recorder.run_upkeep();
        }
    }
}

/// For Prometheus.
pub(super) async fn scrape() -> Result<String, Problem> {
    match RECORDER.get() {
        Some(Ok(recorder)) => {
            recorder.run_upkeep();
            Ok(recorder.render())
        }
        Some(Err(why)) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", why)),
        None => Err(Problem::not_found("no metrics are recorded here")),
    }
}

/// 200 when all is well, 503 with what is wrong.
pub(super) async fn health(service: Service) -> Response {
    let store = service.executor.health().await;
    let projections = service.projector.status().await.unwrap_or_default();
    let stopped = projections.iter().any(|projection| projection.state == RunState::Stopped);
    let healthy = store.is_healthy() && !stopped;
    let shown = projections.iter().map(|projection| {
        let error = projection.last_error.as_ref().map(ToString::to_string);
        let says = json!({ "state": format!("{:?}", projection.state), "lag": projection.lag, "error": error });
        (projection.name.clone(), says)
    });
    let projections: serde_json::Map<_, _> = shown.collect();
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "healthy": healthy, "store": store.to_string(), "projections": projections })))
        .into_response()
}
