//! A batch of which not all may hold: looked at under the write lock, and then that inserted which does.

use std::sync::Arc;

use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{
    arguments::{Call, NewKey, NewRow, bind_end, blob},
    calls::{Broken, run},
    rows::{bits, number_if_any},
    statements::{BEGIN, COMMIT, EARLIER, Statements},
    wide::{Wide, share},
};
use crate::{
    id::CommitId,
    sql::{
        keys::first_outcome,
        numbers::{big, count},
        rows::{Cells, present, tag},
    },
    store::{Commit, Expectation, Refusal},
    time::Timestamp,
    writer::{Batch, Found, Verdict},
};

pub(super) async fn append(
    connection: &mut SqliteConnection,
    texts: &Statements,
    batch: &Batch,
) -> Result<Vec<Verdict>, Broken> {
    let mut found = Found { head: begin(connection).await?, ..Found::default() };
    if let Some(known_head) = batch.known_head() {
        let earlier = earlier(connection, batch, known_head).await?;
        if !earlier.is_empty() {
            run(connection, sqlx::query(COMMIT), 1).await?;
            return Ok(batch.verdicts_of_earlier(&earlier));
        }
    }
    found.stale = stale(connection, texts, batch).await?;
    found.taken = taken(connection, texts, batch).await?;
    let refused = batch.refused(&found);
    let accepted: Vec<&Commit> =
        batch.commits().iter().zip(refused).filter_map(|(commit, refused)| (!refused).then_some(commit)).collect();
    let now = Timestamp::now();
    ask(connection, &texts.insert_events, &NewRow::of(&accepted), |call, row| row.bind(call, now)).await?;
    ask(connection, &texts.insert_keys, &NewKey::of(&accepted), |call, key| key.bind(call)).await?;
    run(connection, sqlx::query(COMMIT), 1).await?;
    Ok(batch.verdicts(found))
}

/// Takes the write lock, and says what the head is.
async fn begin(connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let rows = sqlx::query(BEGIN).fetch_all(connection).await?;
    // Rows that end too early are all there is to see of a worker that is gone.
    rows.first().ok_or(sqlx::Error::WorkerCrashed).and_then(tag).map(count)
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

/// Those expectations that do not hold, with the versions that there are.
async fn stale(
    connection: &mut SqliteConnection,
    texts: &Statements,
    batch: &Batch,
) -> Result<Vec<(usize, u64)>, sqlx::Error> {
    let saw: Vec<(i64, &Expectation)> = (0..).zip(batch.expectations()).collect();
    let rows = ask(connection, &texts.stale, &saw, |call, (nth, seen)| bind_end(call.bind(*nth), seen)).await?;
    rows.iter().map(|row| Ok((index(row)?, count(row.number(1)?)))).collect()
}

/// Those commits whose idempotency keys are taken, with what these stand for.
async fn taken(
    connection: &mut SqliteConnection,
    texts: &Statements,
    batch: &Batch,
) -> Result<Vec<(usize, Refusal)>, sqlx::Error> {
    let with_key = |(nth, commit): (i64, &Commit)| Some((nth, Arc::clone(&commit.key()?.key)));
    let asked: Vec<(i64, Arc<str>)> = (0..).zip(batch.commits()).filter_map(with_key).collect();
    let rows = ask(connection, &texts.taken, &asked, |call, (nth, key)| call.bind(*nth).bind(Arc::clone(key))).await?;
    let refusal = |row: &SqliteRow| {
        let id = CommitId::from_u128(bits(row, 2)?);
        let first = first_outcome(id, number_if_any(row, 3)?.map(count), present(row, 4)?)?;
        Ok((index(row)?, Refusal::KeyTaken { fingerprint: bits(row, 1)?, first }))
    };
    rows.iter().map(refusal).collect()
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
        let call = these.iter().fold(sqlx::query(text.text(these.len()).0), &bind);
        answers.extend(call.fetch_all(&mut *connection).await?);
        rest = behind;
    }
    Ok(answers)
}

fn index(row: &SqliteRow) -> Result<usize, sqlx::Error> {
    tag(row).map(|nth| usize::try_from(nth).unwrap_or(usize::MAX))
}
