//! What Prometheus would see.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::runtime::Builder;

use crate::Done;

/// A program of one thread, and a recorder of its own: what it shows stays until it is something else.
pub(crate) fn seen_by_prometheus(program: impl AsyncFnOnce(PrometheusHandle) -> Done) -> Done {
    let recorder = PrometheusBuilder::new().build_recorder();
    let prometheus = recorder.handle();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    metrics::with_local_recorder(&recorder, || runtime.block_on(program(prometheus)))
}

/// The value of a series, by its name and its labels.
pub(crate) fn value(prometheus: &PrometheusHandle, series: &str) -> Option<f64> {
    prometheus.render().lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}
