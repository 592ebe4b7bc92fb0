//! How far projections are, and who runs them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{
    Postgres, Row,
    postgres::{PgArguments, PgRow},
    query::Query,
};
use uuid::Uuid;

use super::PostgresDatabase;
use crate::{
    error::StoreError,
    postgres::{
        faults::store_error,
        reads::{change, fetch},
        schema::{Statement, Statements},
        types::{JsonText, StoredJson},
    },
    sql::{
        numbers::{big, count},
        projections::{broken, next_step, parked_of, parked_text},
    },
    store::{Checkpoint, Checkpoints, Claim, Lease, Snapshot},
};

type Call = Query<'static, Postgres, PgArguments>;

impl PostgresDatabase {
    /// Asks for rows; what is asked may be asked twice.
    async fn rows(&self, doing: &str, call: impl Fn(&Statements) -> Call + Sync) -> Result<Vec<PgRow>, StoreError> {
        let (shared, persistent) = (&self.0, !self.0.connector.pooled());
        let work = shared.pool.run(doing, |connection| fetch(connection, call(&shared.statements), persistent).boxed());
        work.await
    }

    /// Changes rows, and says how many.
    async fn change(&self, doing: &str, call: impl Fn(&Statements) -> Call + Sync) -> Result<u64, StoreError> {
        let (shared, persistent) = (&self.0, !self.0.connector.pooled());
        let work =
            shared.pool.run(doing, |connection| change(connection, call(&shared.statements), persistent).boxed());
        work.await
    }
}

impl Checkpoints for PostgresDatabase {
    fn claim<'a>(&'a self, claimed: &'a Lease, start: &'a Checkpoint) -> BoxFuture<'a, Result<Claim, StoreError>> {
        async move {
            let doing = "claiming a projection";
            let parked = parked_text(&start.parked);
            let call = |statements: &Statements| {
                lease_call(&statements.claim, claimed)
                    .bind(micros(claimed.term))
                    .bind(big(start.position))
                    .bind(start.code.cast_signed())
                    .bind(JsonText(parked.as_bytes()))
            };
            if let Some(row) = self.rows(doing, call).await?.first() {
                let fence = number(row, 3).map_err(|error| store_error(doing, error))?;
                let lease = Lease { fence: count(fence), ..claimed.clone() };
                return Ok(Claim::Granted(lease, checkpoint(row)?));
            }
            Ok(Claim::Held(self.checkpoint(&claimed.name).await?.unwrap_or_default()))
        }
        .boxed()
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, StoreError>> {
        async move {
            let call = |statements: &Statements| lease_call(&statements.renew, lease).bind(micros(lease.term));
            Ok(self.change("giving a sign of life", call).await? > 0)
        }
        .boxed()
    }

    fn advance<'a>(&'a self, lease: &'a Lease, to: &'a Checkpoint) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        async move {
            let moved =
                self.change("moving a checkpoint", |statements| advance_call(statements, lease, to, None)).await?;
            Ok((moved > 0).then(|| next_step(lease)))
        }
        .boxed()
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.change("giving a projection back", |statements| lease_call(&statements.release, lease)).await.map(drop)
        }
        .boxed()
    }

    fn checkpoint<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Checkpoint>, StoreError>> {
        async move {
            let call = |statements: &Statements| sqlx::query(statements.checkpoint.text()).bind(name);
            self.rows("reading a checkpoint", call).await?.first().map(checkpoint).transpose()
        }
        .boxed()
    }

    fn snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, StoreError>> {
        async move {
            let doing = "reading a saved value";
            let call = |statements: &Statements| sqlx::query(statements.snapshot.text()).bind(name);
            let rows = self.rows(doing, call).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let state: Vec<u8> = row.try_get(3).map_err(|error| store_error(doing, error))?;
            Ok(Some(Snapshot { checkpoint: checkpoint(row)?, state: Bytes::from(state) }))
        }
        .boxed()
    }

    fn save<'a>(&'a self, name: &'a str, snapshot: &'a Snapshot) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let Snapshot { checkpoint, state } = snapshot;
            let call = |statements: &Statements| {
                sqlx::query(statements.save_snapshot.text())
                    .bind(name)
                    .bind(big(checkpoint.position))
                    .bind(checkpoint.code.cast_signed())
                    .bind(JsonText(parked_text(&checkpoint.parked).as_bytes()))
                    .bind(&state[..])
            };
            self.change("saving a value", call).await.map(drop)
        }
        .boxed()
    }
}

pub(super) fn lease_call(statement: &Statement, lease: &Lease) -> Call {
    sqlx::query(statement.text()).bind(&*lease.name).bind(Uuid::from_u128(lease.owner))
}

/// Moves a checkpoint, if the fence is where it was; and says by which code its rows were built, if that has changed.
pub(super) fn advance_call(statements: &Statements, lease: &Lease, to: &Checkpoint, code: Option<u64>) -> Call {
    lease_call(&statements.advance, lease)
        .bind(big(lease.fence))
        .bind(micros(lease.term))
        .bind(big(to.position))
        .bind(JsonText(parked_text(&to.parked).as_bytes()))
        .bind(code.map(u64::cast_signed))
}

fn micros(term: Duration) -> f64 {
    // So that no clock's present makes it overflow: a thousand years.
    const LONGEST: f64 = 1e6 * 60.0 * 60.0 * 24.0 * 365_000.0;
    (term.as_micros() as f64).min(LONGEST)
}

fn number(row: &PgRow, column: usize) -> Result<i64, sqlx::Error> {
    row.try_get(column)
}

fn checkpoint(row: &PgRow) -> Result<Checkpoint, StoreError> {
    let read = || -> Result<Checkpoint, sqlx::Error> {
        // Unchecked: sqlx knows no JSON without its own feature for it.
        let parked: StoredJson = row.try_get_unchecked(2)?;
        Ok(Checkpoint {
            position: count(number(row, 0)?),
            code: number(row, 1)?.cast_unsigned(),
            parked: parked_of(&parked.0)?,
        })
    };
    read().map_err(broken)
}
