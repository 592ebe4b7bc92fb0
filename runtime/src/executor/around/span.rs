//! Spans: one a command, and one a phase for those who look closer.

use tracing::{Level, Span, field, level_filters::LevelFilter};

use crate::{
    executor::{
        Executor,
        committed::Committed,
        machine::Failure,
        watched::{Tally, outcome_of},
    },
    store::Store,
};

/// Whether somebody looks at commands. Without a subscriber this is a comparison.
#[inline]
pub(super) fn is_wanted() -> bool {
    Level::INFO <= LevelFilter::current() && are_wanted()
}

#[inline(never)]
fn are_wanted() -> bool {
    tracing::enabled!(target: "foldline", Level::INFO)
}

pub(super) fn phases_are_wanted() -> bool {
    tracing::enabled!(target: "foldline", Level::DEBUG)
}

/// The span of a command. Exporters to OpenTelemetry take its name, and whether it failed, from the fields `otel.…`.
pub(super) fn of_command(executor: &Executor, command: &'static str) -> Span {
    tracing::info_span!(
        target: "foldline",
        "command",
        command,
        log = executor.store.name(),
        outcome = field::Empty,
        attempts = field::Empty,
        streams = field::Empty,
        events = field::Empty,
        position = field::Empty,
        error = field::Empty,
        otel.name = command,
        otel.status_code = field::Empty,
    )
}

pub(super) fn record(span: &Span, ended: &Result<Committed, Failure>) {
    let outcome = outcome_of(ended);
    span.record("outcome", outcome.as_str());
    if let Some(position) = ended.as_ref().ok().and_then(Committed::position) {
        span.record("position", position);
    }
    if let Err(Failure::Other(error)) = ended {
        span.record("error", field::display(error));
    }
    if outcome.is_fault() {
        span.record("otel.status_code", "ERROR");
    }
}

pub(super) fn record_tally(span: &Span, tally: &Tally) {
    span.record("attempts", tally.retries + 1);
    span.record("streams", tally.hits + tally.misses);
    span.record("events", tally.events);
}
