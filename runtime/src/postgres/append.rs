//! A batch as the arguments of one statement, and its answer as verdicts.

use sqlx::{
    Postgres, Row,
    postgres::{PgArguments, PgConnection, PgRow},
    query::Query,
};
use uuid::Uuid;

use super::{
    schema::Statements,
    types::{JsonText, StoredJson, commit_id, index, nth, uuid},
};
use crate::{
    sql::{
        keys::{first_outcome, versions_after},
        numbers::{big, count},
    },
    store::{Refusal, Seen},
    writer::{Batch, Found, Link, Verdict},
};

type Call = Query<'static, Postgres, PgArguments>;

/// Appends a batch in one round trip.
pub(super) async fn append(
    connection: &mut PgConnection,
    statements: &Statements,
    batch: &Batch,
    persistent: bool,
) -> Result<Vec<Verdict>, sqlx::Error> {
    // Both wait for the transaction's end, not only for the row: what the row says is true once the commit is durable.
    if let Some(call) = one(statements, batch) {
        let row = call.persistent(persistent).fetch_one(connection).await?;
        return verdicts_of_one(&row, batch);
    }
    let row = many(statements, batch).persistent(persistent).fetch_one(connection).await?;
    verdicts(&row, batch)
}

/// The call for one commit with one event on the one stream that it saw, if the batch is no more than that.
fn one(statements: &Statements, batch: &Batch) -> Option<Call> {
    let ([commit], None) = (batch.commits(), batch.known_head()) else { return None };
    let ([seen], [event], None) = (commit.expectations(), commit.events(), commit.key()) else { return None };
    let (version, saw) = split(seen.seen);
    Some(
        sqlx::query(statements.append_one.text())
            .bind(version)
            .bind(saw)
            .bind(uuid(commit.id()))
            .bind(seen.stream.as_str())
            .bind(version.saturating_add(1))
            .bind(event.name)
            .bind(event.schema_version.cast_signed())
            .bind(JsonText(commit.metadata().to_json().as_bytes()))
            .bind(JsonText(commit.payloads().get(event.payload.clone()).unwrap_or_default())),
    )
}

fn many(statements: &Statements, batch: &Batch) -> Call {
    let commits: Vec<Uuid> = batch.commits().iter().map(|commit| uuid(commit.id())).collect();
    let streams: Vec<&str> = batch.expectations().iter().map(|seen| seen.stream.as_str()).collect();
    let (versions, seen): (Vec<i64>, Vec<Option<Uuid>>) = batch.expectations().iter().map(|e| split(e.seen)).unzip();
    let (end, end_commit) = batch.unmoved().map(|end| (big(end.position), uuid(end.commit))).unzip();
    let (uses_commit, uses_saw) = links(batch.uses());
    let (stands_commit, stands_on) = links(batch.stands());
    let metadata: Vec<String> = batch.commits().iter().map(|commit| commit.metadata().to_json()).collect();
    let events = Events::of(batch);
    let keys = Keys::of(batch);
    sqlx::query(statements.append.text())
        .bind(batch.known_head().map(big))
        .bind(end)
        .bind(end_commit)
        .bind(commits)
        .bind(streams)
        .bind(versions)
        .bind(seen)
        .bind(batch.known())
        .bind(uses_commit)
        .bind(uses_saw)
        .bind(stands_commit)
        .bind(stands_on)
        .bind(keys.commit)
        .bind(keys.key)
        .bind(keys.print)
        .bind(keys.last)
        .bind(keys.versions.iter().map(|json| json.as_ref().map(|json| JsonText(json.as_bytes()))).collect::<Vec<_>>())
        .bind(metadata.iter().map(|json| JsonText(json.as_bytes())).collect::<Vec<_>>())
        .bind(events.commit)
        .bind(events.stream)
        .bind(events.version)
        .bind(events.name)
        .bind(events.schema)
        .bind(events.data)
}

fn split(seen: Seen) -> (i64, Option<Uuid>) {
    match seen {
        Seen::Nothing => (0, None),
        Seen::At { version, commit } => (big(version), Some(uuid(commit))),
    }
}

fn links(links: &[Link]) -> (Vec<i32>, Vec<i32>) {
    links.iter().map(|link| (nth(link.commit), nth(link.on))).unzip()
}

#[derive(Default)]
struct Events<'a> {
    commit: Vec<i32>,
    stream: Vec<&'a str>,
    version: Vec<i64>,
    name: Vec<&'static str>,
    schema: Vec<i32>,
    data: Vec<JsonText<'a>>,
}

impl<'a> Events<'a> {
    fn of(batch: &'a Batch) -> Self {
        let mut all = Self::default();
        for (index, commit) in batch.commits().iter().enumerate() {
            let mut ends: Vec<i64> = commit.expectations().iter().map(|seen| big(seen.seen.version())).collect();
            for event in commit.events() {
                let place = commit.expectations().get(event.stream).zip(ends.get_mut(event.stream));
                let Some((seen, end)) = place else { continue };
                *end = end.saturating_add(1);
                all.commit.push(nth(index));
                all.stream.push(seen.stream.as_str());
                all.version.push(*end);
                all.name.push(event.name);
                all.schema.push(event.schema_version.cast_signed());
                all.data.push(JsonText(commit.payloads().get(event.payload.clone()).unwrap_or_default()));
            }
        }
        all
    }
}

#[derive(Default)]
struct Keys<'a> {
    commit: Vec<i32>,
    key: Vec<&'a str>,
    print: Vec<Uuid>,
    last: Vec<Option<i32>>,
    versions: Vec<Option<String>>,
}

impl<'a> Keys<'a> {
    fn of(batch: &'a Batch) -> Self {
        let (mut all, mut events) = (Self::default(), 0);
        for (index, commit) in batch.commits().iter().enumerate() {
            events += commit.events().len();
            let Some(key) = commit.key() else { continue };
            all.commit.push(nth(index));
            all.key.push(&key.key);
            all.print.push(Uuid::from_u128(key.fingerprint));
            all.last.push((!commit.events().is_empty()).then(|| nth(events.saturating_sub(1))));
            all.versions.push((!commit.is_proof()).then(|| versions_after(commit)));
        }
        all
    }
}

fn verdicts_of_one(row: &PgRow, batch: &Batch) -> Result<Vec<Verdict>, sqlx::Error> {
    let answer: i64 = row.try_get(0)?;
    // The position that it got, or the version that stood in its way, negated and less 1.
    let (head, stale) = if answer > 0 { (count(answer - 1), Vec::new()) } else { (0, vec![(0, count(-1 - answer))]) };
    Ok(batch.verdicts(Found { head, stale, taken: Vec::new() }))
}

fn verdicts(row: &PgRow, batch: &Batch) -> Result<Vec<Verdict>, sqlx::Error> {
    if let Some(earlier) = row.try_get::<Option<Vec<Uuid>>, _>(1)? {
        let positions: Vec<Option<i64>> = row.try_get(2)?;
        let earlier: Vec<_> =
            earlier.into_iter().map(commit_id).zip(positions.into_iter().map(|at| at.map(count))).collect();
        return Ok(batch.verdicts_of_earlier(&earlier));
    }
    let head: i64 = row.try_get(0)?;
    let stale: Vec<i32> = nullable(row.try_get(3)?);
    let versions: Vec<i64> = nullable(row.try_get(4)?);
    let stale = stale.into_iter().map(index).zip(versions.into_iter().map(count));
    Ok(batch.verdicts(Found { head: count(head), stale: stale.collect(), taken: taken(row)? }))
}

fn taken(row: &PgRow) -> Result<Vec<(usize, Refusal)>, sqlx::Error> {
    let Some(commits) = row.try_get::<Option<Vec<i32>>, _>(5)? else { return Ok(Vec::new()) };
    let prints: Vec<Uuid> = row.try_get(6)?;
    let ids: Vec<Uuid> = row.try_get(7)?;
    let positions: Vec<Option<i64>> = row.try_get(8)?;
    // Unchecked: sqlx knows no JSON without its own feature for it.
    let versions: Vec<StoredJson> = row.try_get_unchecked(9)?;
    let found = commits.into_iter().zip(prints).zip(ids).zip(positions).zip(versions);
    found
        .map(|((((commit, print), id), position), versions)| {
            let first = first_outcome(commit_id(id), position.map(count), &versions.0)?;
            Ok((index(commit), Refusal::KeyTaken { fingerprint: print.as_u128(), first }))
        })
        .collect()
}

fn nullable<T>(array: Option<Vec<T>>) -> Vec<T> {
    array.unwrap_or_default()
}
