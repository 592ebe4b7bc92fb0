//! What is too much, checked before anything is sent. The same for every store.

/// The longest stored stream name, category included, in bytes: what an index of every database can hold.
pub const STREAM_NAME_BYTES: usize = 1024;

/// The largest payload of one event, in bytes.
pub const PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

/// The largest commit: the payloads of its events together, in bytes.
pub const COMMIT_BYTES: usize = 64 * 1024 * 1024;

/// The most events that one command may record.
pub const EVENTS_PER_COMMIT: usize = 100_000;

/// The most streams that one command may touch.
pub const STREAMS_PER_COMMAND: usize = 10_000;

/// How many steps a command may take from streams to the streams that only those can name.
pub const HOPS: usize = 16;

/// The largest metadata of a commit (headers, correlation, causation), in bytes.
pub const METADATA_BYTES: usize = 64 * 1024;

/// The longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES: usize = 1024;

/// The last version of an event's schema: what four bytes of a database hold.
pub const SCHEMA_VERSION: usize = i32::MAX as usize;

/// How many events a reader asks for at once.
pub const PAGE_EVENTS: usize = 1000;
