//! A batch as one transaction: what it expects is checked under the write lock, and what holds is inserted.

use std::{str, sync::Arc};

use futures_util::TryStreamExt;
use sqlx::{
    Either, Executor, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection, SqliteRow},
};

use super::{
    rows::{bits, number_if_any},
    statements::{COMMIT, EARLIER, Statements},
    wide::{Wide, share},
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        keys::{first_outcome, versions_after},
        numbers::{big, count},
        rows::{Cells, present, tag},
    },
    store::{Commit, Expectation, IdempotencyKey, NewEvent, Refusal, Seen},
    time::Timestamp,
    writer::{Batch, Found, Verdict},
};

type Call = Query<'static, Sqlite, SqliteArguments>;

/// Why a batch came to no end.
#[derive(Debug)]
pub(super) enum Broken {
    /// Before its transaction was committed: nothing is stored.
    Before(sqlx::Error),
    /// While it was: what was written may be found again after a crash.
    Committing(sqlx::Error),
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Before(error)
    }
}

/// Whether a batch can be stored at all: of itself SQLite keeps whatever it is given as a text.
pub(super) fn check(batch: &Batch) -> Result<(), StoreError> {
    for commit in batch.commits() {
        for event in commit.events() {
            if let Err(error) = str::from_utf8(payload(commit, event)) {
                let context = format!("the payload of an event `{}` is not UTF-8", event.name).into();
                return Err(StoreError::Failed { context, source: Some(Arc::new(error)) });
            }
        }
    }
    Ok(())
}

/// Appends a batch. After an error its transaction may still be open.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    statements: &Statements,
    batch: &Batch,
) -> Result<Vec<Verdict>, Broken> {
    let mut found = look(connection, statements, batch).await?;
    if let Some(known_head) = batch.known_head() {
        let earlier = earlier(connection, batch, known_head).await?;
        if !earlier.is_empty() {
            finish(connection, sqlx::query(COMMIT), 0).await?;
            return Ok(batch.verdicts_of_earlier(&earlier));
        }
    }
    found.taken = taken(connection, statements, batch).await?;
    let refused = batch.refused(&found);
    let accepted: Vec<&Commit> =
        batch.commits().iter().zip(refused).filter_map(|(commit, refused)| (!refused).then_some(commit)).collect();
    keep_keys(connection, statements, &accepted, found.head).await?;
    keep_events(connection, statements, &accepted, found.head).await?;
    Ok(batch.verdicts(found))
}

/// Takes the write lock, and looks at the head and at what is expected.
async fn look(connection: &mut SqliteConnection, texts: &Statements, batch: &Batch) -> Result<Found, sqlx::Error> {
    let bind = |call: Call, (nth, seen): &(i64, &Expectation)| {
        let (version, commit) = match seen.seen {
            Seen::Nothing => (0, None),
            Seen::At { version, commit } => (big(version), Some(blob(commit.as_u128()))),
        };
        call.bind(*nth).bind(seen.stream.text()).bind(version).bind(commit)
    };
    let saw: Vec<(i64, &Expectation)> = (0..).zip(batch.expectations()).collect();
    let (first, rest) = saw.split_at(share(saw.len()));
    let mut stale = call(&texts.begin_stale, first, bind).fetch_all(&mut *connection).await?.into_iter();
    // Rows that end too early are all there is to see of a worker that panicked.
    let head = stale.next().ok_or(sqlx::Error::WorkerCrashed)?;
    let mut found = Found { head: tag(&head).map(count)?, ..Found::default() };
    for row in stale.chain(ask(connection, &texts.stale, rest, bind).await?) {
        found.stale.push((index(&row)?, count(row.number(1)?)));
    }
    Ok(found)
}

/// Those commits of a batch that an earlier sending stored.
async fn earlier(
    connection: &mut SqliteConnection,
    batch: &Batch,
    known_head: u64,
) -> Result<Vec<(CommitId, Option<u64>)>, sqlx::Error> {
    let mut earlier = Vec::new();
    for commit in batch.commits() {
        let call = sqlx::query(EARLIER).bind(blob(commit.id().as_u128())).bind(big(known_head));
        let call = call.bind(commit.key().map(|key| Arc::clone(&key.key)));
        for row in call.fetch_all(&mut *connection).await? {
            earlier.push((commit.id(), number_if_any(&row, 0)?.map(count)));
        }
    }
    Ok(earlier)
}

/// Those commits whose idempotency keys are taken.
async fn taken(
    connection: &mut SqliteConnection,
    texts: &Statements,
    batch: &Batch,
) -> Result<Vec<(usize, Refusal)>, sqlx::Error> {
    let with_key = |(nth, commit): (i64, &Commit)| Some((nth, Arc::clone(&commit.key()?.key)));
    let asked: Vec<(i64, Arc<str>)> = (0..).zip(batch.commits()).filter_map(with_key).collect();
    let mut taken = Vec::new();
    let bind = |call: Call, (nth, key): &(i64, Arc<str>)| call.bind(*nth).bind(Arc::clone(key));
    for row in ask(connection, &texts.taken, &asked, bind).await? {
        let id = CommitId::from_u128(bits(&row, 2)?);
        let first = first_outcome(id, number_if_any(&row, 3)?.map(count), present(&row, 4)?)?;
        taken.push((index(&row)?, Refusal::KeyTaken { fingerprint: bits(&row, 1)?, first }));
    }
    Ok(taken)
}

/// Keeps what stands behind the idempotency keys of these commits, which go behind `head`.
async fn keep_keys(
    connection: &mut SqliteConnection,
    texts: &Statements,
    commits: &[&Commit],
    mut head: u64,
) -> Result<(), sqlx::Error> {
    let mut kept = Vec::new();
    for commit in commits {
        head += commit.events().len() as u64;
        if let Some(key) = commit.key().filter(|_| !commit.is_proof()) {
            kept.push((key, *commit, (!commit.events().is_empty()).then(|| big(head))));
        }
    }
    let bind = |call: Call, (key, commit, position): &(&IdempotencyKey, &Commit, Option<i64>)| {
        let call = call.bind(Arc::clone(&key.key)).bind(blob(key.fingerprint)).bind(blob(commit.id().as_u128()));
        call.bind(*position).bind(versions_after(commit))
    };
    ask(connection, &texts.insert_keys, &kept, bind).await.map(drop)
}

/// One row of the log, before it is.
struct NewRow<'a> {
    position: u64,
    version: u64,
    commit: &'a Commit,
    event: &'a NewEvent,
    stream: Arc<str>,
    metadata: Arc<str>,
}

/// Inserts the events of these commits behind `head`, and ends the transaction.
async fn keep_events(
    connection: &mut SqliteConnection,
    texts: &Statements,
    commits: &[&Commit],
    head: u64,
) -> Result<(), Broken> {
    let (rows, now) = (rows(commits, head), Timestamp::now().as_micros());
    let bind = |call: Call, row: &NewRow<'_>| {
        let data = String::from_utf8_lossy(payload(row.commit, row.event)).into_owned();
        call.bind(big(row.position))
            .bind(big(row.version))
            .bind(now)
            .bind(blob(row.commit.id().as_u128()))
            .bind(i64::from(row.event.schema_version))
            .bind(Arc::clone(&row.stream))
            .bind(row.event.name)
            .bind(Arc::clone(&row.metadata))
            .bind(data)
    };
    let (before, last) = rows.split_at(rows.len() - share(rows.len()));
    ask(connection, &texts.insert_events, before, bind).await?;
    if last.is_empty() {
        return finish(connection, sqlx::query(COMMIT), 0).await;
    }
    finish(connection, call(&texts.insert_events_commit, last, bind), 1).await
}

fn rows<'a>(commits: &[&'a Commit], head: u64) -> Vec<NewRow<'a>> {
    let mut rows: Vec<NewRow<'a>> = Vec::with_capacity(commits.len());
    for commit in commits {
        let metadata: Arc<str> = commit.metadata().to_json().into();
        let mut ends: Vec<u64> = commit.expectations().iter().map(|seen| seen.seen.version()).collect();
        for event in commit.events() {
            let place = commit.expectations().get(event.stream).zip(ends.get_mut(event.stream));
            let Some((seen, version)) = place else { continue };
            *version += 1;
            let (version, stream, metadata) = (*version, seen.stream.text(), Arc::clone(&metadata));
            rows.push(NewRow { position: head + 1 + rows.len() as u64, version, commit, event, stream, metadata });
        }
    }
    rows
}

/// What a wide statement answers about all of `items`, asked as often as that takes.
async fn ask<T>(
    connection: &mut SqliteConnection,
    text: &Wide,
    items: &[T],
    bind: impl Fn(Call, &T) -> Call,
) -> Result<Vec<SqliteRow>, sqlx::Error> {
    let (mut answers, mut rest) = (Vec::new(), items);
    while !rest.is_empty() {
        let (these, behind) = rest.split_at(share(rest.len()));
        answers.extend(call(text, these, &bind).fetch_all(&mut *connection).await?);
        rest = behind;
    }
    Ok(answers)
}

fn call<T>(text: &Wide, items: &[T], bind: impl Fn(Call, &T) -> Call) -> Call {
    items.iter().fold(sqlx::query(text.text(items.len())), bind)
}

/// Makes a call whose last statement commits, behind `before` others.
async fn finish(connection: &mut SqliteConnection, call: Call, before: usize) -> Result<(), Broken> {
    let (mut steps, mut done) = (connection.fetch_many(call), 0);
    loop {
        match steps.try_next().await {
            Ok(Some(Either::Left(_))) => done += 1,
            Ok(Some(Either::Right(_))) => {}
            Ok(None) if done > before => return Ok(()),
            // The worker is gone, and the commit with it, or not.
            Ok(None) => return Err(Broken::Committing(sqlx::Error::WorkerCrashed)),
            Err(error) if done >= before => return Err(Broken::Committing(error)),
            Err(error) => return Err(Broken::Before(error)),
        }
    }
}

fn payload<'a>(commit: &'a Commit, event: &NewEvent) -> &'a [u8] {
    commit.payloads().get(event.payload.clone()).unwrap_or_default()
}

fn blob(bits: u128) -> Vec<u8> {
    bits.to_be_bytes().to_vec()
}

fn index(row: &SqliteRow) -> Result<usize, sqlx::Error> {
    tag(row).map(|nth| usize::try_from(nth).unwrap_or(usize::MAX))
}
