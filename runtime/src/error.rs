//! What can go wrong, in words for the person who has to mend it.

use std::{sync::Arc, time::Duration};

use crate::{
    cause::Cause,
    event::{DecodeError, EncodeError},
    event_name::EventName,
    id::CommitId,
    limits,
    stream::StreamName,
};

/// Why a command was not executed.
///
/// `E` is the domain's own error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<E> {
    /// The domain said no. Nothing was stored, and what it looked at was the truth when it did.
    #[error("rejected: {0}")]
    Rejected(#[source] E),
    /// Two fields of the command name one stream; two handles on it would let `decide` contradict itself.
    #[error("the fields `{}` and `{}` both name the stream `{stream}`: give them different keys, or let one field name it", fields[0], fields[1])]
    SameStream {
        /// The stream.
        stream: StreamName,
        /// The two fields.
        fields: [&'static str; 2],
    },
    /// A `#[stream(new)]` field names a stream that has events already.
    #[error("the stream `{stream}` exists already: choose another key, or open it without `new`")]
    AlreadyExists {
        /// The stream.
        stream: StreamName,
    },
    /// A `#[stream(existing)]` field names a stream without events.
    #[error("the stream `{stream}` has no events: check the key, or open it without `existing`")]
    NotFound {
        /// The stream.
        stream: StreamName,
    },
    /// Others kept changing what the command decided on, more often than it may try.
    #[error("others changed `{stream}` during each of {attempts} attempts: try again, or allow more `.retries(…)`")]
    Conflict {
        /// How often it was tried.
        attempts: u32,
        /// The stream that had changed the last time.
        stream: StreamName,
    },
    /// `.if_version(…)` named another version than the stream has.
    #[error("the stream `{stream}` is at version {actual}, not {expected}: read it again and decide anew")]
    VersionMismatch {
        /// The stream.
        stream: StreamName,
        /// The version that was asked for.
        expected: u64,
        /// The version that it has.
        actual: u64,
    },
    /// The idempotency key was used before, with another command.
    #[error(
        "the idempotency key `{key}` already stands for another command (commit {commit}): use a fresh key for each command"
    )]
    KeyReused {
        /// The key.
        key: String,
        /// The commit that it stands for.
        commit: CommitId,
    },
    /// A recorded fact could not be written as JSON. Nothing was stored.
    #[error("the event `{event}` on `{stream}` cannot be stored")]
    Encode {
        /// The stream it was recorded on.
        stream: StreamName,
        /// Its stored name.
        event: &'static str,
        /// What the encoder said.
        source: EncodeError,
    },
    /// The time allowed was over.
    #[error("no answer within {after:?}{}", Lookup(*commit))]
    Timeout {
        /// The time allowed.
        after: Duration,
        /// The commit that was under way, if any: whether it happened can be looked up by it.
        commit: Option<CommitId>,
    },
    /// The streams lead to streams that lead to streams, beyond [`limits::HOPS`].
    #[error(
        "the followed streams lead more than {} steps away: name some of them in the command's fields",
        limits::HOPS
    )]
    TooManyHops,
    /// A layer of the application did not let it run. Nothing was looked at, and nothing was stored.
    #[error("denied: {reason}")]
    Denied {
        /// Why.
        reason: String,
    },
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<E> ExecuteError<E> {
    /// The domain's own error, if it was one.
    #[must_use]
    pub fn rejection(&self) -> Option<&E> {
        match self {
            Self::Rejected(error) => Some(error),
            _ => None,
        }
    }

    /// The same, with the domain's own error turned into another.
    pub fn map_rejection<F>(self, map: impl FnOnce(E) -> F) -> ExecuteError<F> {
        match self {
            Self::Rejected(error) => ExecuteError::Rejected(map(error)),
            Self::SameStream { stream, fields } => ExecuteError::SameStream { stream, fields },
            Self::AlreadyExists { stream } => ExecuteError::AlreadyExists { stream },
            Self::NotFound { stream } => ExecuteError::NotFound { stream },
            Self::Conflict { attempts, stream } => ExecuteError::Conflict { attempts, stream },
            Self::VersionMismatch { stream, expected, actual } => {
                ExecuteError::VersionMismatch { stream, expected, actual }
            }
            Self::KeyReused { key, commit } => ExecuteError::KeyReused { key, commit },
            Self::Encode { stream, event, source } => ExecuteError::Encode { stream, event, source },
            Self::Timeout { after, commit } => ExecuteError::Timeout { after, commit },
            Self::TooManyHops => ExecuteError::TooManyHops,
            Self::Denied { reason } => ExecuteError::Denied { reason },
            Self::Store(error) => ExecuteError::Store(error),
        }
    }

    /// The domain's own error, or what else went wrong.
    ///
    /// # Errors
    /// Itself, when it was not a rejection.
    pub fn into_rejection(self) -> Result<E, Self> {
        match self {
            Self::Rejected(error) => Ok(error),
            other => Err(other),
        }
    }
}

struct Lookup(Option<CommitId>);

impl std::fmt::Display for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(commit) => write!(f, ": `commit({commit})` tells whether it happened"),
            None => f.write_str(": nothing was stored"),
        }
    }
}

/// Why a store could not do what it was asked.
///
/// Cheap to clone: many callers may wait for the one answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A stored event cannot be read. Nothing is skipped: whoever needs it stops here.
    #[error("the event `{event}` at position {position} (`{stream}`, version {version}) cannot be read")]
    Undecodable {
        /// Its place in the log.
        position: u64,
        /// Its stream.
        stream: StreamName,
        /// Its place in the stream.
        version: u64,
        /// The name it was stored under.
        event: EventName,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// A key that can name no stream.
    #[error("the key in `{stream}` can name no stream: {reason}")]
    InvalidKey {
        /// The stream name that it would make, shortened.
        stream: String,
        /// What is wrong with it.
        reason: KeyFault,
    },
    /// Two kinds of stream share one stored category.
    #[error(
        "the stream `{stream}` holds another kind of state: two `#[stream]` blocks are stored as `{category}`; give one of them `name = \"…\"`"
    )]
    CategoryClash {
        /// The stream.
        stream: String,
        /// The category that both claim.
        category: &'static str,
    },
    /// More than the stated limit.
    #[error("{what} is {size}, and may be {limit} at the most")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The limit, from [`limits`].
        limit: usize,
    },
    /// A text that can be stored nowhere.
    #[error("{what} holds a NUL character, which no database stores: remove it")]
    Nul {
        /// Where it stands.
        what: &'static str,
    },
    /// A store URL that names no store.
    #[error("`{url}` names no store: {reason}")]
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A version that the stream does not have yet. Its past is asked for, and this is none.
    #[error("the stream `{stream}` is at version {actual}, and never was at version {asked}: ask for one that it had")]
    NoSuchVersion {
        /// The stream.
        stream: StreamName,
        /// The version that was asked for.
        asked: u64,
        /// The version that it has, 0 without events.
        actual: u64,
    },
    /// A position beyond the end of the log: it comes from another log, or from one that was restored.
    #[error(
        "{what} {asked} lies beyond the end of the log ({head}): it comes from another log, or the log was restored from an older backup"
    )]
    BeyondHead {
        /// What lies beyond.
        what: &'static str,
        /// What was asked for.
        asked: u64,
        /// The last position.
        head: u64,
    },
    /// Where a projection's rows belong is something that is not the projection's. It was left as it is.
    #[error("`{place}` is not the projection's, and is left as it is: {reason}")]
    PlaceTaken {
        /// The schema, or the file.
        place: Arc<str>,
        /// What is there, and what to do about it.
        reason: PlaceFault,
    },
    /// The store cannot be reached, or cannot answer just now. Trying again may help.
    #[error("the store cannot be reached: {context}")]
    Unavailable {
        /// What was being done.
        context: Arc<str>,
        /// What the driver said.
        source: Option<Cause>,
    },
    /// The store answered with an error. Nothing was stored, and trying again will not help.
    #[error("the store refused: {context}")]
    Failed {
        /// What was being done.
        context: Arc<str>,
        /// What the driver said.
        source: Option<Cause>,
    },
    /// The store lost sight of a commit: it may have happened, or still happen.
    #[error("whether the commit happened is not known: `commit({commit})` tells, once the store answers again")]
    Unknown {
        /// The commit.
        commit: CommitId,
        /// What came between.
        source: Cause,
    },
    /// The store was closed.
    #[error("the store is closed: nothing is accepted any more")]
    Closed,
}

impl StoreError {
    /// Whether the same may succeed a little later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// What is in a place that is not a projection's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaceFault {
    /// A log.
    #[error("a log lives there; call the projection otherwise, or keep one of the two logs elsewhere")]
    Log,
    /// The rows of another projection, maybe of another log.
    #[error("it holds other rows (\"{mark}\"); call one of the two projections otherwise")]
    Another {
        /// What it is marked with.
        mark: String,
    },
    /// Nothing says whose it is.
    #[error("nobody knows whose it is; move it away, or hand it over, with all that is in it, by `{remedy}`")]
    Unmarked {
        /// What hands it over.
        remedy: String,
    },
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// Its text is too long.
    #[error("its stream name has {bytes} bytes, and {limit} are the limit")]
    TooLong {
        /// The length of the stream's name.
        bytes: usize,
        /// The limit, [`limits::STREAM_NAME_BYTES`].
        limit: usize,
    },
    /// It holds a NUL character, which databases cannot store in a text.
    #[error("it holds a NUL character")]
    Nul,
    /// Its text does not parse back to the same key.
    #[error("its text does not parse back to the same key (`FromStr` must undo `Display`)")]
    NotRoundTripping,
    /// Its `Display` failed.
    #[error("its `Display` failed")]
    Unprintable,
}
