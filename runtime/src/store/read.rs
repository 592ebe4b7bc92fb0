//! What can be asked of a store, a page at a time.

use std::sync::Arc;

use crate::{limits, recorded::RawEvent, stream::StreamName};

/// Asks for the next events of one stream.
#[derive(Debug, Clone)]
pub struct StreamRead {
    /// The stream.
    pub stream: StreamName,
    /// Only events behind this version.
    pub after: u64,
    /// Only events up to this version.
    pub until_version: u64,
    /// Only events up to this position of the log.
    pub until_position: u64,
    /// No more than so many.
    pub limit: usize,
}

impl StreamRead {
    /// A page from the start of `stream`.
    #[must_use]
    pub fn new(stream: StreamName) -> Self {
        Self { stream, after: 0, until_version: u64::MAX, until_position: u64::MAX, limit: limits::PAGE_EVENTS }
    }

    /// Only events behind this version.
    #[must_use]
    pub fn after(mut self, version: u64) -> Self {
        self.after = version;
        self
    }
}

/// The answer to a [`StreamRead`].
#[derive(Debug, Clone, Default)]
pub struct StreamPage {
    /// The events, by version.
    pub events: Vec<RawEvent>,
    /// Whether there may be more behind them.
    pub more: bool,
}

/// Asks for the next events of the log.
#[derive(Debug, Clone)]
pub struct LogRead {
    /// Only events behind this position.
    pub after: u64,
    /// Only events up to this position.
    pub until: u64,
    /// No more than so many.
    pub limit: usize,
    /// Only events of streams of these categories; `None` is all.
    pub categories: Option<Arc<[String]>>,
    /// Only events stored under these names; `None` is all.
    pub events: Option<Arc<[String]>>,
}

impl LogRead {
    /// A page behind position `after`.
    #[must_use]
    pub fn after(after: u64) -> Self {
        Self { after, until: u64::MAX, limit: limits::PAGE_EVENTS, categories: None, events: None }
    }

    /// Whether an event is asked for, its position apart.
    #[must_use]
    pub fn wants(&self, stream: &StreamName, name: &str) -> bool {
        let among = |names: &Option<Arc<[String]>>, name: &str| {
            names.as_ref().is_none_or(|names| names.iter().any(|known| known == name))
        };
        among(&self.categories, stream.category()) && among(&self.events, name)
    }
}

/// The answer to a [`LogRead`].
#[derive(Debug, Clone, Default)]
pub struct LogPage {
    /// The events that were asked for, by position.
    pub events: Vec<RawEvent>,
    /// How far the log was looked through: what lies up to here is either in this page or was not asked for.
    pub reached: u64,
    /// Whether there may be more behind it.
    pub more: bool,
}
