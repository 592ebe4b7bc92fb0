//! What a batch consists of, as the arguments of calls.

use std::{str, sync::Arc};

use sqlx::{Sqlite, query::Query, sqlite::SqliteArguments};

use crate::{
    cause::Cause,
    error::StoreError,
    sql::{keys::versions_after, numbers::big},
    store::{Commit, Expectation, IdempotencyKey, NewEvent, Seen},
    time::Timestamp,
    writer::Batch,
};

pub(super) type Call = Query<'static, Sqlite, SqliteArguments>;

/// Whether a batch can be stored at all: of itself SQLite keeps whatever it is given as a text.
pub(super) fn check(batch: &Batch) -> Result<(), StoreError> {
    for commit in batch.commits() {
        for event in commit.events() {
            if let Err(error) = str::from_utf8(payload(commit, event)) {
                let context = format!("the payload of an event `{}` is not UTF-8", event.name).into();
                return Err(StoreError::Failed { context, source: Some(Cause::new(error)) });
            }
        }
    }
    Ok(())
}

/// The end of a stream: its last version and commit, null and null if there is none.
pub(super) fn bind_end(call: Call, seen: &Expectation) -> Call {
    let (version, commit) = match seen.seen {
        Seen::Nothing => (None, None),
        Seen::At { version, commit } => (Some(big(version)), Some(blob(commit.as_u128()))),
    };
    call.bind(seen.stream.text()).bind(version).bind(commit)
}

/// An event, as it will be in the log.
pub(super) struct NewRow<'a> {
    commit: &'a Commit,
    event: &'a NewEvent,
    version: u64,
    stream: Arc<str>,
    metadata: Arc<str>,
}

impl<'a> NewRow<'a> {
    /// The events of these commits, in order.
    pub(super) fn of(commits: &[&'a Commit]) -> Vec<Self> {
        let mut rows = Vec::with_capacity(commits.len());
        for commit in commits.iter().filter(|commit| !commit.events().is_empty()) {
            let metadata: Arc<str> = commit.metadata().to_json().into();
            let mut ends: Vec<u64> = commit.expectations().iter().map(|seen| seen.seen.version()).collect();
            for event in commit.events() {
                let place = commit.expectations().get(event.stream).zip(ends.get_mut(event.stream));
                let Some((seen, version)) = place else { continue };
                *version = version.saturating_add(1);
                let (version, stream, metadata) = (*version, seen.stream.text(), Arc::clone(&metadata));
                rows.push(Self { commit, event, version, stream, metadata });
            }
        }
        rows
    }

    pub(super) fn bind(&self, call: Call, now: Timestamp) -> Call {
        call.bind(big(self.version))
            .bind(now.as_micros())
            .bind(blob(self.commit.id().as_u128()))
            .bind(i64::from(self.event.schema_version))
            .bind(Arc::clone(&self.stream))
            .bind(self.event.name)
            .bind(Arc::clone(&self.metadata))
            .bind(String::from_utf8_lossy(payload(self.commit, self.event)).into_owned())
    }
}

/// What is kept under an idempotency key.
pub(super) struct NewKey<'a> {
    key: &'a IdempotencyKey,
    commit: &'a Commit,
    /// How many events come behind those of its commit; none if that has none.
    behind: Option<u64>,
}

impl<'a> NewKey<'a> {
    /// The keys of these commits.
    pub(super) fn of(commits: &[&'a Commit]) -> Vec<Self> {
        let (mut keys, mut behind) = (Vec::new(), 0);
        for commit in commits.iter().rev() {
            if let Some(key) = commit.key().filter(|_| !commit.is_proof()) {
                keys.push(Self { key, commit, behind: (!commit.events().is_empty()).then_some(behind) });
            }
            behind += commit.events().len() as u64;
        }
        keys
    }

    pub(super) fn bind(&self, call: Call) -> Call {
        call.bind(Arc::clone(&self.key.key))
            .bind(blob(self.key.fingerprint))
            .bind(blob(self.commit.id().as_u128()))
            .bind(versions_after(self.commit))
            .bind(self.behind.map(big))
    }
}

pub(super) fn blob(bits: u128) -> Vec<u8> {
    bits.to_be_bytes().to_vec()
}

fn payload<'a>(commit: &'a Commit, event: &NewEvent) -> &'a [u8] {
    commit.payloads().get(event.payload.clone()).unwrap_or_default()
}
