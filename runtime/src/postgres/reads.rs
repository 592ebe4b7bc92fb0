//! Reading streams, the log and commits.

use futures_util::future::FutureExt;
use sqlx::{
    Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use super::{
    pool::Pool,
    rows,
    schema::{Statement, Statements},
    types::{big, count, uuid},
};
use crate::{
    error::StoreError,
    id::CommitId,
    store::{LogPage, LogRead, Receipt, StreamPage, StreamRead},
    stream::StreamName,
};

/// How far a reader of rare events looks at once.
const FILTER_WINDOW: u64 = 20_000;

/// Everything that reads.
#[derive(Debug)]
pub(super) struct Reads<'a> {
    pub(super) pool: &'a Pool,
    pub(super) statements: &'a Statements,
    pub(super) persistent: bool,
}

type Call = Query<'static, Postgres, PgArguments>;

impl Reads<'_> {
    async fn rows(&self, doing: &str, call: impl Fn() -> Call + Sync) -> Result<Vec<PgRow>, StoreError> {
        let persistent = self.persistent;
        let work = self.pool.run(doing, |connection| call().persistent(persistent).fetch_all(connection).boxed());
        work.await
    }

    pub(super) async fn streams(&self, reads: Vec<StreamRead>) -> Result<Vec<StreamPage>, StoreError> {
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows("reading streams", || self.call_for(&reads)).await?;
        let mut asked = Vec::with_capacity(rows.len());
        for row in &rows {
            asked.push(rows::tag(row)?);
        }
        let mut pages: Vec<StreamPage> = reads.iter().map(|_| StreamPage::default()).collect();
        for (nth, event) in asked.into_iter().zip(rows::events(&rows)?) {
            let index = usize::try_from(nth - 1).unwrap_or(usize::MAX);
            let Some((page, read)) = pages.get_mut(index).zip(reads.get(index)) else { continue };
            if page.events.len() < read.limit {
                page.events.push(event);
            } else {
                page.more = true;
            }
        }
        Ok(pages)
    }

    fn call_for(&self, reads: &[StreamRead]) -> Call {
        // One more than is asked for tells whether there is more.
        let most = |read: &StreamRead| big(read.limit as u64).saturating_add(1);
        if let [read] = reads {
            return sqlx::query(self.statements.read_stream.text())
                .bind(read.stream.as_str())
                .bind(big(read.after))
                .bind(big(read.until_version))
                .bind(big(read.until_position))
                .bind(most(read));
        }
        sqlx::query(self.statements.read_streams.text())
            .bind(reads.iter().map(|read| read.stream.as_str()).collect::<Vec<_>>())
            .bind(reads.iter().map(|read| big(read.after)).collect::<Vec<_>>())
            .bind(reads.iter().map(|read| big(read.until_version)).collect::<Vec<_>>())
            .bind(reads.iter().map(|read| big(read.until_position)).collect::<Vec<_>>())
            .bind(reads.iter().map(most).collect::<Vec<_>>())
    }

    pub(super) async fn log(&self, read: LogRead) -> Result<LogPage, StoreError> {
        let limit = read.limit.max(1);
        let filtered = read.categories.is_some() || read.events.is_some();
        // Positions are dense: so many events lie within so many positions.
        let ahead = (limit as u64).saturating_add(1);
        let window = read.after.saturating_add(if filtered { ahead.max(FILTER_WINDOW) } else { ahead }).min(read.until);
        let statement = if filtered { &self.statements.read_log_filtered } else { &self.statements.read_log };
        let names = |names: &Option<std::sync::Arc<[String]>>| names.as_ref().map(|names| names.to_vec());
        let call = || {
            let call = window_call(statement, read.after, window, ahead);
            if filtered { call.bind(names(&read.categories)).bind(names(&read.events)) } else { call }
        };
        let rows = self.rows("reading the log", call).await?;
        let head = rows.first().map_or(Ok(0), rows::tag).map(count)?;
        if read.after > head {
            return Err(StoreError::BeyondHead { what: "position", asked: read.after, head });
        }
        let end = read.until.min(head);
        let mut events = rows::events(&rows)?;
        let cut = events.len() > limit;
        events.truncate(limit);
        let reached = match events.last() {
            Some(last) if cut => last.position(),
            _ => window.min(end).max(read.after),
        };
        Ok(LogPage { events, reached, more: reached < end })
    }

    pub(super) async fn head(&self) -> Result<u64, StoreError> {
        let rows = self.rows("reading the head", || sqlx::query(self.statements.head.text())).await?;
        rows.first().map_or(Ok(0), rows::tag).map(count)
    }

    pub(super) async fn commit(&self, id: CommitId) -> Result<Option<Receipt>, StoreError> {
        let call = || sqlx::query(self.statements.find_commit.text()).bind(uuid(id));
        let rows = self.rows("looking up a commit", call).await?;
        let mut receipt = Receipt { id, position: None, versions: Vec::new() };
        for row in &rows {
            let failed = |error| super::faults::store_error("looking up a commit", error);
            let stream: String = row.try_get(0).map_err(failed)?;
            let version: i64 = row.try_get(1).map_err(failed)?;
            receipt.position = row.try_get::<Option<i64>, _>(2).map_err(failed)?.map(count);
            receipt.versions.push((StreamName::from(stream), count(version)));
        }
        Ok((!rows.is_empty()).then_some(receipt))
    }
}

fn window_call(statement: &Statement, after: u64, until: u64, most: u64) -> Call {
    sqlx::query(statement.text()).bind(big(after)).bind(big(until)).bind(big(most))
}
