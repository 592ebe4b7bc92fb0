//! The current span as OpenTelemetry knows it.

use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The W3C trace context of the current span; nothing if no tracer knows it.
pub(in crate::executor) fn traceparent() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    let written = || format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags());
    span.is_valid().then(written)
}
