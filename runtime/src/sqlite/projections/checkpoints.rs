//! How far projections are, and who runs them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use sqlx::sqlite::SqliteRow;

use super::SqliteDatabase;
use crate::{
    error::StoreError,
    sql::{
        numbers::{big, count},
        projections::{broken, next_step, parked_of, parked_text},
        rows::{Cells, present},
    },
    sqlite::{
        arguments::{Call, blob},
        rows::unreadable,
        statements::{ADVANCE, CHECKPOINT, CLAIM, RELEASE, RENEW, SAVE_SNAPSHOT, SNAPSHOT},
    },
    store::{Checkpoint, Checkpoints, Claim, Lease, Snapshot},
    time::Timestamp,
};

impl SqliteDatabase {
    async fn change(&self, doing: &str, call: impl Fn() -> Call) -> Result<Vec<SqliteRow>, StoreError> {
        self.driver().change(doing, call).await
    }

    async fn row(&self, doing: &str, call: impl Fn() -> Call + Sync) -> Result<Option<SqliteRow>, StoreError> {
        Ok(self.driver().reads().rows(doing, call).await?.pop())
    }
}

impl Checkpoints for SqliteDatabase {
    fn claim<'a>(&'a self, claimed: &'a Lease, start: &'a Checkpoint) -> BoxFuture<'a, Result<Claim, StoreError>> {
        async move {
            let call = || {
                let call = timed(leased(CLAIM, claimed), claimed);
                call.bind(big(start.position)).bind(start.code.cast_signed()).bind(parked_text(&start.parked))
            };
            if let Some(row) = self.change("claiming a projection", call).await?.first() {
                let fence = row.number(3).map(count).map_err(unreadable)?;
                return Ok(Claim::Granted(Lease { fence, ..claimed.clone() }, checkpoint(row)?));
            }
            Ok(Claim::Held(self.checkpoint(&claimed.name).await?.unwrap_or_default()))
        }
        .boxed()
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, StoreError>> {
        async move {
            let renewed = self.change("giving a sign of life", || timed(leased(RENEW, lease), lease)).await?;
            Ok(!renewed.is_empty())
        }
        .boxed()
    }

    fn advance<'a>(&'a self, lease: &'a Lease, to: &'a Checkpoint) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        async move {
            let moved = self.change("moving a checkpoint", || advance(lease, to)).await?;
            Ok((!moved.is_empty()).then(|| next_step(lease)))
        }
        .boxed()
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        async move { self.change("giving a projection back", || leased(RELEASE, lease)).await.map(drop) }.boxed()
    }

    fn checkpoint<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Checkpoint>, StoreError>> {
        async move {
            let row = self.row("reading a checkpoint", || sqlx::query(CHECKPOINT).bind(name.to_owned())).await?;
            row.as_ref().map(checkpoint).transpose()
        }
        .boxed()
    }

    fn snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, StoreError>> {
        async move {
            let row = self.row("reading a saved value", || sqlx::query(SNAPSHOT).bind(name.to_owned())).await?;
            let Some(row) = row else { return Ok(None) };
            let state = row.bytes(3).map_err(unreadable)?.unwrap_or_default();
            Ok(Some(Snapshot { checkpoint: checkpoint(&row)?, state: Bytes::copy_from_slice(state) }))
        }
        .boxed()
    }

    fn save<'a>(&'a self, name: &'a str, snapshot: &'a Snapshot) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let Snapshot { checkpoint, state } = snapshot;
            let call = || {
                let call = sqlx::query(SAVE_SNAPSHOT).bind(name.to_owned()).bind(big(checkpoint.position));
                let call = call.bind(checkpoint.code.cast_signed()).bind(parked_text(&checkpoint.parked));
                call.bind(state.to_vec()).bind(Timestamp::now().as_micros())
            };
            self.change("saving a value", call).await.map(drop)
        }
        .boxed()
    }
}

/// Moves a checkpoint, if the fence is where it was: then there is a row.
pub(super) fn advance(lease: &Lease, to: &Checkpoint) -> Call {
    let call = timed(leased(ADVANCE, lease), lease).bind(big(lease.fence));
    call.bind(big(to.position)).bind(parked_text(&to.parked))
}

pub(super) fn leased(statement: &'static str, lease: &Lease) -> Call {
    sqlx::query(statement).bind(Arc::clone(&lease.name)).bind(blob(lease.owner))
}

/// All processes of the machine have one clock.
fn timed(call: Call, lease: &Lease) -> Call {
    call.bind(Timestamp::now().as_micros()).bind(micros(lease.term))
}

fn micros(term: Duration) -> i64 {
    // So that no clock's present makes it overflow.
    i64::try_from(term.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 2)
}

fn checkpoint(row: &SqliteRow) -> Result<Checkpoint, StoreError> {
    let read = || -> Result<Checkpoint, sqlx::Error> {
        let parked = parked_of(present(row, 2)?)?;
        Ok(Checkpoint { position: row.number(0).map(count)?, code: row.number(1)?.cast_unsigned(), parked })
    };
    read().map_err(broken)
}
