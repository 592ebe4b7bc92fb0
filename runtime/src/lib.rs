//! What runs the commands that Foldline's macros write. Users depend on `foldline`, which re-exports this.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod alerts;
mod cause;
mod command;
mod compiling;
mod error;
mod event;
mod event_name;
mod executor;
mod handle;
mod id;
mod key;
pub mod limits;
mod memory;
mod metadata;
pub mod metrics;
mod observe;
mod open;
mod payload;
#[cfg(feature = "postgres")]
mod postgres;
mod projection;
mod projector;
mod recorded;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stats;
mod store;
mod stream;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod writer;

#[cfg(feature = "postgres")]
pub use self::postgres::{PostgresDatabase, PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
pub use self::sqlite::{SqliteDatabase, SqliteOptions, SqliteStore, Synchronous};
pub use self::{
    cause::Cause,
    command::{Access, Command, Decide, Declared, Declares, Fingerprint, Opener, Paused},
    error::{ExecuteError, KeyFault, PlaceFault, StoreError},
    event::{DecodeError, EncodeError, Event, EventField, EventType, Payload, decode_fields, encode_fields},
    event_name::EventName,
    executor::{
        CacheSize, Call, CommandReport, Committed, Execute, Executor, ExecutorBuilder, Layer, Load, Loaded, Next,
        Passed, Phases, RetryPolicy,
    },
    handle::{Names, Reads, Records, StreamMap, StreamMut, StreamRef, Writes},
    id::{CommitId, ParseCommitIdError},
    memory::MemoryStore,
    metadata::Metadata,
    observe::{CommandOutcome, Latency},
    open::open,
    projection::{Delivery, Projection, ProjectionError},
    projector::{
        AtLeastOnce, Compared, Deliver, FailedEvent, Failure, InMemory, InSql, OnError, Progress, ProjectionOptions,
        ProjectionStatus, Projector, ProjectorBuilder, ProjectorError, Reached, Rebuild, Run, RunState, View, WaitFor,
    },
    recorded::{CommitInfo, Place, RawEvent, Recorded},
    stats::{Breach, CacheStats, CommandStats, PerformanceTargets, Stats, Target},
    store::{AnyStore, Difference, History, Log, Rows},
    stream::{Stream, StreamKey, StreamName},
    time::Timestamp,
};

/// The version of sqlx that read models in rows are written through.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(no_inline)]
pub use sqlx;

/// What a store is: for those who write one, or test one.
///
/// There are two ways to bring a database of one's own.
///
/// - A [`Driver`](storage::Driver) appends a batch of commits in one transaction, and reads. [`Batched`](storage::Batched) makes a
///   store of it: it gathers commits, keeps one batch under way, sends again what broke off, and settles what became of it. That
///   is how the stores on PostgreSQL and SQLite are made.
/// - A [`Store`](storage::Store) does all of that itself, as the one in memory does.
///
/// Either has laws, which stand at the trait. `foldline::store_contract!` writes a test for each of them.
///
/// A store that can keep what projections leave beside the log has [`Checkpoints`](storage::Checkpoints); one with tables of its
/// users has a [`Database`](storage::Database) too, and then read models in rows can live there.
pub mod storage {
    pub use crate::store::{
        Ailment, Build, Checkpoint, Checkpoints, Claim, Commit, Database, Difference, End, Expectation, Failing,
        Failures, Health, HealthLimits, HeldOff, IdempotencyKey, Lease, LogPage, LogRead, NewEvent, Outcome, Parked,
        Place, PoolVitals, Receipt, Refusal, Seen, Settle, Snapshot, Status, Store, StreamPage, StreamRead, Ticket,
        Vitals, Watch, Work, WriteFault,
    };
    pub use crate::writer::{Batch, Batched, Driver, Fault, Found, Link, Point, Verdict, WriterOptions};
}
