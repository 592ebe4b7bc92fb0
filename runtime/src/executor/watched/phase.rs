//! Spans of an execution's phases, for those who look closer.

use tracing::Span;

use crate::command::{Entries, Fingerprint, Job, Shelf, Step};

/// The span of a command's wait for its streams.
pub(in crate::executor) fn load_span() -> Span {
    tracing::debug_span!(target: "foldline", "load")
}

/// The span of its wait until what it decided is durable.
pub(in crate::executor) fn append_span() -> Span {
    tracing::debug_span!(target: "foldline", "append")
}

/// A job with a span for its decision.
pub(in crate::executor) struct Deciding<'a>(pub(in crate::executor) &'a mut dyn Job);

impl Job for Deciding<'_> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn step(&mut self, entries: &mut Entries, shelf: Option<&dyn Shelf>) -> Step {
        // Before, it only says which streams it wants.
        let ready = !entries.as_slice().is_empty() && entries.as_slice().iter().all(|entry| entry.loaded);
        let _deciding = ready.then(|| tracing::debug_span!(target: "foldline", "decide").entered());
        self.0.step(entries, shelf)
    }

    fn otherwise(&mut self, field: &str) -> bool {
        self.0.otherwise(field)
    }

    fn fingerprint(&self, entries: &Entries) -> Fingerprint {
        self.0.fingerprint(entries)
    }
}
