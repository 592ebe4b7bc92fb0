//! Reading streams, the log and commits.

use futures_util::future::FutureExt;
use sqlx::{
    Connection, Postgres, Row,
    postgres::{PgArguments, PgConnection, PgRow},
    query::Query,
};

use super::{
    connect::Connector,
    rows,
    schema::{Statement, Statements},
    types::uuid,
};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{
        numbers::{big, count},
        pages::{Window, dealt, most},
        pool::Pool,
    },
    store::{LogPage, LogRead, Receipt, StreamPage, StreamRead},
    stream::StreamName,
};

/// Everything that reads.
#[derive(Debug)]
pub(super) struct Reads<'a> {
    pub(super) pool: &'a Pool<Connector>,
    pub(super) statements: &'a Statements,
    pub(super) persistent: bool,
}

type Call = Query<'static, Postgres, PgArguments>;

impl Reads<'_> {
    async fn rows(&self, doing: &str, call: impl Fn() -> Call + Sync) -> Result<Vec<PgRow>, StoreError> {
        let persistent = self.persistent;
        self.pool.run(doing, |connection| fetch(connection, call(), persistent).boxed()).await
    }

    pub(super) async fn streams(&self, reads: Vec<StreamRead>) -> Result<Vec<StreamPage>, StoreError> {
        if reads.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.rows("reading streams", || self.call_for(&reads)).await?;
        let mut asked = Vec::with_capacity(rows.len());
        for row in &rows {
            asked.push(usize::try_from(rows::tag(row)? - 1).unwrap_or(usize::MAX));
        }
        Ok(dealt(&reads, asked.into_iter().zip(rows::events(&rows)?)))
    }

    fn call_for(&self, reads: &[StreamRead]) -> Call {
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
        let window = Window::of(&read);
        let statement = if window.filtered { &self.statements.read_log_filtered } else { &self.statements.read_log };
        let names = |names: &Option<std::sync::Arc<[String]>>| names.as_ref().map(|names| names.to_vec());
        let call = || {
            let call = window_call(statement, window);
            if window.filtered { call.bind(names(&read.categories)).bind(names(&read.events)) } else { call }
        };
        let rows = self.rows("reading the log", call).await?;
        let head = rows.first().map_or(Ok(0), rows::tag).map(count)?;
        window.page(&read, head, rows::events(&rows)?)
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

fn window_call(statement: &Statement, window: Window) -> Call {
    sqlx::query(statement.text()).bind(big(window.after)).bind(big(window.until)).bind(big(window.most))
}

/// What a call answers. Behind a pooler it is asked in a transaction, so that all its messages reach one server.
pub(super) async fn fetch(
    connection: &mut PgConnection,
    call: Call,
    persistent: bool,
) -> Result<Vec<PgRow>, sqlx::Error> {
    if persistent {
        return call.fetch_all(connection).await;
    }
    let mut transaction = connection.begin().await?;
    let rows = call.persistent(false).fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(rows)
}

/// How many rows a call changes, asked in the same way.
pub(super) async fn change(connection: &mut PgConnection, call: Call, persistent: bool) -> Result<u64, sqlx::Error> {
    if persistent {
        return call.execute(connection).await.map(|done| done.rows_affected());
    }
    let mut transaction = connection.begin().await?;
    let done = call.persistent(false).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected())
}
