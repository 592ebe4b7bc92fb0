//! Spans, as a program that exports them sees them.

#![expect(clippy::panic, reason = "this is how a test fails")]

#[path = "common/mod.rs"]
mod common;

use std::{collections::BTreeMap, future::IntoFuture};

use common::{
    Tally, TallyEvent,
    commands::{Refused, act, add, record},
    name, noted,
};
use foldline_runtime::{Delivery, Executor, InMemory, MemoryStore, Projection, ProjectionError, Projector, Stream};
use futures_util::TryStreamExt;
use opentelemetry::trace::{SpanContext, Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use serde::{Deserialize, Serialize};
use tracing::{Instrument, Level, instrument::WithSubscriber, subscriber::DefaultGuard};
use tracing_subscriber::{filter::LevelFilter, layer::SubscriberExt};

type Done = Result<(), Box<dyn std::error::Error>>;

struct Listener {
    spans: InMemorySpanExporter,
    provider: SdkTracerProvider,
}

impl Listener {
    fn new() -> Self {
        let spans = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
        Self { spans, provider }
    }

    /// Listens on this thread.
    fn listen(&self, level: Level) -> DefaultGuard {
        let layer = tracing_opentelemetry::layer().with_tracer(self.provider.tracer("test"));
        let levels = LevelFilter::from_level(level);
        tracing::subscriber::set_default(tracing_subscriber::registry().with(levels).with(layer))
    }

    fn heard(&self) -> Result<Vec<SpanData>, Box<dyn std::error::Error>> {
        Ok(self.spans.get_finished_spans()?)
    }
}

fn fields(span: &SpanData) -> BTreeMap<&str, String> {
    span.attributes.iter().map(|field| (field.key.as_str(), field.value.to_string())).collect()
}

#[tokio::test]
async fn a_command_is_a_span_that_says_what_became_of_it() -> Done {
    let listener = Listener::new();
    let _listening = listener.listen(Level::INFO);
    let bank = Executor::new(MemoryStore::new());
    bank.execute(add(&name("a"), 1)).await?;
    assert!(bank.execute(act(&name("a"), |_| Err(Refused::AsTold("no")))).await.is_err());
    bank.shutdown().await;
    assert!(bank.execute(add(&name("a"), 1)).await.is_err());

    let heard = listener.heard()?;
    let [committed, rejected, failed] = &heard[..] else { panic!("{heard:?}") };
    for span in [committed, rejected, failed] {
        assert_eq!((&*span.name, &*fields(span)["log"]), ("Act", "memory"), "{span:?}");
    }
    let [said, of_the_rejected, of_the_failed] = [fields(committed), fields(rejected), fields(failed)];
    let of = |field| said.get(field).map(String::as_str);
    assert_eq!((of("outcome"), of("attempts"), of("streams")), (Some("committed"), Some("1"), Some("1")));
    assert_eq!((of("events"), of("position"), of("error")), (Some("1"), Some("1"), None));
    // What the domain has rejected is no fault.
    assert_eq!((&*of_the_rejected["outcome"], &rejected.status), ("rejected", &Status::Unset));
    assert_eq!(of_the_failed["outcome"], "store_failed");
    assert!(of_the_failed["error"].contains("closed") && matches!(failed.status, Status::Error { .. }), "{failed:?}");
    Ok(())
}

#[tokio::test]
async fn who_looks_closer_sees_the_phases() -> Done {
    let listener = Listener::new();
    let _listening = listener.listen(Level::DEBUG);
    Executor::new(MemoryStore::new()).execute(add(&name("a"), 1)).await?;
    let heard = listener.heard()?;
    let names: Vec<&str> = heard.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["load", "decide", "append", "Act"]);
    let command = heard[3].span_context.span_id();
    assert!(heard[..3].iter().all(|phase| phase.parent_span_id == command));
    Ok(())
}

#[tokio::test]
async fn events_remember_the_trace_that_they_were_made_under() -> Done {
    let listener = Listener::new();
    let _listening = listener.listen(Level::INFO);
    let bank = Executor::builder(MemoryStore::new()).opentelemetry().build();
    let request = tracing::info_span!("request");
    bank.execute(add(&name("a"), 1)).into_future().instrument(request).await?;
    bank.execute(add(&name("a"), 1)).traceparent("00-1-2-01").await?;
    // Where nobody listens there is no trace.
    bank.execute(add(&name("a"), 1)).into_future().with_subscriber(tracing::subscriber::NoSubscriber::new()).await?;

    let heard = listener.heard()?;
    let commands: Vec<_> = heard.iter().filter(|span| span.name == "Act").collect();
    let request = heard.iter().find(|span| span.name == "request").ok_or("the caller's own span")?;
    let context = &commands[0].span_context;
    assert_eq!(context.trace_id(), request.span_context.trace_id());
    let expected = format!("00-{}-{}-01", context.trace_id(), context.span_id());
    let events = bank.log(0).raw().try_collect::<Vec<_>>().await?;
    let remembered: Vec<_> = events.iter().map(|event| event.metadata().traceparent.as_deref()).collect();
    assert_eq!(remembered, [Some(&*expected), Some("00-1-2-01"), None]);
    Ok(())
}

/// Takes in everything but notes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Everything;

impl Projection for Everything {
    const NAME: &'static str = "everything";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];
    const CODE: u64 = 0;

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        match delivery.event()? {
            TallyEvent::Noted { .. } => Err(ProjectionError::handler("no notes")),
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn what_a_projection_takes_in_is_linked_to_the_traces_that_made_it()
-> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = Listener::new();
    let _listening = listener.listen(Level::INFO);
    let store = MemoryStore::new();
    let bank = Executor::builder(store.clone()).opentelemetry().build();
    bank.execute(record(&name("a"), vec![common::added(1), common::added(2)])).await?;
    bank.execute(add(&name("b"), 1)).await?;
    // What is no trace is no link.
    bank.execute(add(&name("b"), 1)).traceparent("00-1-2-01").await?;
    let projector = Projector::builder(store).run(InMemory::new(Everything)).start()?;
    projector.wait_for(4).await?;
    bank.execute(record(&name("a"), vec![noted("stop")])).await?;
    assert!(projector.wait_for(5).await.is_err());

    let heard = listener.spans.get_finished_spans()?;
    let commands: Vec<_> =
        heard.iter().filter(|span| span.name == "Act").map(|span| span.span_context.clone()).collect();
    let batches: Vec<_> = heard.iter().filter(|span| span.name == "everything").collect();
    let [.., whole, failed] = &batches[..] else { panic!("{heard:?}") };
    let links = |span: &SpanData| -> Vec<_> {
        span.links.iter().map(|link| (link.span_context.trace_id(), link.span_context.span_id())).collect()
    };
    let of = |commands: &[SpanContext]| -> Vec<_> {
        commands.iter().map(|command| (command.trace_id(), command.span_id())).collect()
    };
    let said = fields(whole);
    assert_eq!((&*said["log"], &*said["events"], &*said["from"], &*said["to"]), ("memory", "4", "1", "4"));
    assert_eq!(links(whole), of(&commands[..2]), "two events of one commit are one link");
    assert_eq!(links(failed), of(&commands[3..]));
    assert!(
        fields(failed)["error"].contains("no notes") && matches!(failed.status, Status::Error { .. }),
        "{failed:?}"
    );
    Ok(())
}
