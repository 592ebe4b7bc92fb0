//! A span for each batch that a projection takes in, linked to the traces that its events were made under.

use tracing::{Instrument, Level, Span, field};

use super::model::Trouble;
use crate::{metadata::Metadata, observe::SEEN};

/// The span of a batch, whose events are told by their positions and what was said of their commits.
#[cfg_attr(not(feature = "opentelemetry"), expect(clippy::needless_pass_by_value, reason = "links take the events"))]
pub(super) fn of_batch<'a>(
    log: &str,
    projection: &str,
    events: impl ExactSizeIterator<Item = (u64, &'a Metadata)> + Clone,
) -> Span {
    if !SEEN || !tracing::enabled!(target: "foldline", Level::INFO) {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: "foldline",
        "projection",
        projection,
        log,
        events = events.len(),
        from = events.clone().next().map(|(position, _)| position),
        to = events.clone().last().map(|(position, _)| position),
        error = field::Empty,
        otel.name = projection,
        otel.status_code = field::Empty,
    );
    #[cfg(feature = "opentelemetry")]
    links::add(&span, events.filter_map(|(_, metadata)| metadata.traceparent.as_deref()));
    span
}

/// What comes of a batch, under its span.
pub(super) async fn traced(span: Span, taking: impl Future<Output = Result<(), Trouble>>) -> Result<(), Trouble> {
    let taken = taking.instrument(span.clone()).await;
    if let Err(Trouble::Event { error, .. } | Trouble::Batch(error) | Trouble::Broken(error)) = &taken {
        span.record("error", field::display(error));
        span.record("otel.status_code", "ERROR");
    }
    taken
}

#[cfg(feature = "opentelemetry")]
mod links {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
    use tracing::Span;
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    /// More than this most exporters drop.
    const MOST: usize = 128;

    /// A link to each trace, once for events that follow one another.
    pub(super) fn add<'a>(span: &Span, traceparents: impl Iterator<Item = &'a str>) {
        let mut last = None;
        let news = traceparents.filter(|traceparent| last.replace(*traceparent) != Some(*traceparent));
        news.filter_map(context_of).take(MOST).for_each(|context| span.add_link(context));
    }

    /// What a W3C `traceparent` speaks of. Callers may have stored anything under that name: nothing, then.
    pub(super) fn context_of(traceparent: &str) -> Option<SpanContext> {
        let mut parts = traceparent.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // What comes behind is for versions to come.
        let whole = [(version, 2), (trace, 32), (span, 16), (flags, 2)];
        if version == "ff" || !whole.iter().all(|(part, length)| part.len() == *length) {
            return None;
        }
        let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        let context = SpanContext::new(trace, span, flags, true, TraceState::default());
        context.is_valid().then_some(context)
    }
}

#[cfg(all(test, feature = "opentelemetry"))]
mod tests {
    use super::links::context_of;

    #[test]
    fn what_is_no_traceparent_leads_nowhere() {
        let whole = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let context = context_of(whole);
        assert_eq!(context.map(|context| (context.is_sampled(), context.is_remote())), Some((true, true)));
        assert!(context_of(&format!("{whole}-more")).is_some());
        let broken = ["", "00-1-2-01", &whole[..54], &whole.replacen("00", "ff", 1), &whole.replace("b7ad", "höh")];
        let nobody = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        assert!(broken.into_iter().chain([nobody]).all(|traceparent| context_of(traceparent).is_none()));
    }
}
