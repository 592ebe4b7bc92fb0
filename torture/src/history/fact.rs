//! An event of the bank, as the log holds it.

use std::collections::BTreeMap;

use super::{name::Name, record::Call, state::Change};
use foldline::{CommitId, RawEvent};

/// One event of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Its place in the log.
    pub position: u64,
    /// Its place in its stream.
    pub version: u64,
    /// Its stream.
    pub stream: Name,
    /// The commit that it came with.
    pub commit: CommitId,
    /// The call that this was made for, if its commit says so: the correlation.
    pub call: Option<Call>,
    /// What it does.
    pub change: Change,
}

/// An event that is none of the bank's.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the event `{name}` at position {position} is none of the bank's: {reason}")]
pub(crate) struct UnreadableFact {
    name: String,
    position: u64,
    reason: String,
}

impl Fact {
    /// Reads a stored event. Its payload has one field, a number; what is called `….moved` adds, everything else sets.
    ///
    /// # Errors
    /// When it is none of the bank's.
    pub(crate) fn read(event: &RawEvent) -> Result<Self, UnreadableFact> {
        let unreadable =
            |reason: String| UnreadableFact { name: event.name().into(), position: event.position(), reason };
        let fields: BTreeMap<String, i64> =
            serde_json::from_slice(event.payload()).map_err(|error| unreadable(error.to_string()))?;
        let number = fields.into_values().next().ok_or_else(|| unreadable("it has no field".into()))?;
        Ok(Self {
            position: event.position(),
            version: event.version(),
            stream: event.stream().as_str().parse().map_err(unreadable)?,
            commit: event.commit(),
            call: event.metadata().correlation.as_deref().and_then(|text| text.parse().ok()),
            change: if event.name().ends_with(".moved") { Change::Add(number) } else { Change::Set(number) },
        })
    }
}
