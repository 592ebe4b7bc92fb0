//! What executions come to, in one word.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an execution came to, in one word: a label of metrics, a field of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommandOutcome {
    /// It is durable.
    Committed,
    /// It had happened before, under the same idempotency key.
    Replayed,
    /// The domain said no.
    Rejected,
    /// A stream that must exist does not.
    NotFound,
    /// A stream that must be new is not.
    AlreadyExists,
    /// Two fields name one stream.
    SameStream,
    /// A stream was at another version than asked for.
    VersionMismatch,
    /// The idempotency key stands for another command.
    KeyReused,
    /// Others kept changing what it decided on.
    Conflict,
    /// Its time was over.
    Timeout,
    /// Its streams led to streams that led too far.
    TooManyHops,
    /// A fact could not be written.
    Encode,
    /// A layer of the application did not let it run.
    Denied,
    /// `decide`, or a fold of what it records, panicked.
    Panicked,
    /// The store could not do it.
    StoreFailed,
    /// Its caller went away.
    Cancelled,
}

impl CommandOutcome {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Committed,
        Self::Replayed,
        Self::Rejected,
        Self::NotFound,
        Self::AlreadyExists,
        Self::SameStream,
        Self::VersionMismatch,
        Self::KeyReused,
        Self::Conflict,
        Self::Timeout,
        Self::TooManyHops,
        Self::Encode,
        Self::Denied,
        Self::Panicked,
        Self::StoreFailed,
        Self::Cancelled,
    ];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Replayed => "replayed",
            Self::Rejected => "rejected",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::SameStream => "same_stream",
            Self::VersionMismatch => "version_mismatch",
            Self::KeyReused => "key_reused",
            Self::Conflict => "conflict",
            Self::Timeout => "timeout",
            Self::TooManyHops => "too_many_hops",
            Self::Encode => "encode",
            Self::Denied => "denied",
            Self::Panicked => "panicked",
            Self::StoreFailed => "store_failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the caller got what it came for.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Committed | Self::Replayed)
    }

    /// Whether it is for an operator to look at: the domain and its callers have done nothing wrong.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Conflict | Self::Timeout | Self::Encode | Self::Panicked | Self::StoreFailed)
    }
}

impl fmt::Display for CommandOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
