//! Reading streams, the log and commits.

use std::sync::Arc;

use futures_util::future::FutureExt;
use sqlx::{
    Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::{
    connect::Connector,
    rows::{text, unreadable},
    statements::{FIND_COMMIT, HEAD, READ_LOG, READ_LOG_FILTERED, READ_STREAM, Statements},
    wide::share,
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        numbers::{big, count},
        pages::{Window, dealt, most},
        pool::Pool,
        rows::{Cells, events, tag},
    },
    store::{LogPage, LogRead, Receipt, StreamPage, StreamRead},
    stream::StreamName,
};

/// Everything that reads.
#[derive(Debug)]
pub(super) struct Reads<'a> {
    pub(super) pool: &'a Pool<Connector>,
    pub(super) statements: &'a Statements,
}

type Call = Query<'static, Sqlite, SqliteArguments>;

impl Reads<'_> {
    pub(super) async fn rows(&self, doing: &str, call: impl Fn() -> Call + Sync) -> Result<Vec<SqliteRow>, StoreError> {
        self.pool.run(doing, |connection| call().fetch_all(connection).boxed()).await
    }

    pub(super) async fn streams(&self, reads: Vec<StreamRead>) -> Result<Vec<StreamPage>, StoreError> {
        let doing = "reading streams";
        let mut pages = Vec::with_capacity(reads.len());
        let mut rest = &reads[..];
        while !rest.is_empty() {
            let (these, behind) = rest.split_at(share(rest.len()));
            let rows = match these {
                [read] => self.rows(doing, || one(read)).await?,
                _ => self.rows(doing, || self.many(these)).await?,
            };
            let mut found = Vec::with_capacity(rows.len());
            for (row, event) in rows.iter().zip(events(&rows).map_err(unreadable)?) {
                found.push((tag(row).map(count).map_err(unreadable)?, event));
            }
            // As they come, in all likelihood; but only a sorting would promise it, and would copy every row.
            found.sort_by_key(|(nth, event)| (*nth, event.version()));
            pages.extend(dealt(
                these,
                found.into_iter().map(|(nth, event)| (usize::try_from(nth).unwrap_or(usize::MAX), event)),
            ));
            rest = behind;
        }
        Ok(pages)
    }

    fn many(&self, reads: &[StreamRead]) -> Call {
        let mut call = sqlx::query(self.statements.read_streams.text(reads.len()).0);
        for (nth, read) in (0_i64..).zip(reads) {
            let until = big(read.after).saturating_add(most(read)).min(big(read.until_version));
            call = call
                .bind(nth)
                .bind(read.stream.text())
                .bind(big(read.after))
                .bind(until)
                .bind(big(read.until_position));
        }
        call
    }

    pub(super) async fn log(&self, read: LogRead) -> Result<LogPage, StoreError> {
        let window = Window::of(&read);
        let call = || {
            let call = sqlx::query(if window.filtered { READ_LOG_FILTERED } else { READ_LOG });
            let call = call.bind(big(window.after)).bind(big(window.until)).bind(big(window.most));
            if window.filtered { call.bind(names(&read.categories)).bind(names(&read.events)) } else { call }
        };
        let rows = self.rows("reading the log", call).await?;
        let (head, rows) = rows.split_first().ok_or(sqlx::Error::WorkerCrashed).map_err(unreadable)?;
        let head = tag(head).map(count).map_err(unreadable)?;
        window.page(&read, head, events(rows).map_err(unreadable)?)
    }

    pub(super) async fn head(&self) -> Result<u64, StoreError> {
        let rows = self.rows("reading the head", || sqlx::query(HEAD)).await?;
        let head = rows.first().ok_or(sqlx::Error::WorkerCrashed).map_err(unreadable)?;
        tag(head).map(count).map_err(unreadable)
    }

    pub(super) async fn commit(&self, id: CommitId) -> Result<Option<Receipt>, StoreError> {
        let call = || sqlx::query(FIND_COMMIT).bind(id.as_u128().to_be_bytes().to_vec());
        let rows = self.rows("looking up a commit", call).await?;
        let mut receipt = Receipt { id, position: None, versions: Vec::new() };
        for row in &rows {
            let stream = StreamName::from(text(row, 0).map_err(unreadable)?);
            receipt.versions.push((stream, row.number(1).map(count).map_err(unreadable)?));
            receipt.position = Some(row.number(2).map(count).map_err(unreadable)?);
        }
        Ok((!rows.is_empty()).then_some(receipt))
    }
}

fn one(read: &StreamRead) -> Call {
    sqlx::query(READ_STREAM)
        .bind(read.stream.text())
        .bind(big(read.after))
        .bind(big(read.until_version))
        .bind(big(read.until_position))
        .bind(most(read))
}

/// As JSON, for a list is no argument.
fn names(names: &Option<Arc<[String]>>) -> Option<String> {
    // Texts always have a JSON text.
    names.as_ref().map(|names| serde_json::to_string(&**names).unwrap_or_else(|_| String::from("[]")))
}
