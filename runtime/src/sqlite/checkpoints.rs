//! How far projections are, and who runs them.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use sqlx::sqlite::SqliteRow;

use super::{
    SqliteStore,
    arguments::{Call, blob},
    rows::unreadable,
    statements::{ADVANCE, CHECKPOINT, CLAIM, RELEASE, RENEW, SAVE_SNAPSHOT, SNAPSHOT},
};
use crate::{
    error::StoreError,
    sql::{
        numbers::{big, count},
        rows::{Cells, present},
    },
    store::{Checkpoint, Checkpoints, Claim, Lease, Parked, Snapshot},
    time::Timestamp,
};

/// Where the projections of a file leave how far they are: in the file.
///
/// What changes goes through the one connection that writes, in its turn: two of one process would only keep each other from
/// the file's lock.
#[derive(Debug)]
pub(super) struct Kept(pub(super) SqliteStore);

impl Kept {
    async fn change(&self, doing: &str, call: impl Fn() -> Call) -> Result<Vec<SqliteRow>, StoreError> {
        self.0.0.driver().change(doing, call).await
    }

    async fn row(&self, doing: &str, call: impl Fn() -> Call + Sync) -> Result<Option<SqliteRow>, StoreError> {
        Ok(self.0.0.driver().reads().rows(doing, call).await?.pop())
    }
}

impl Checkpoints for Kept {
    fn claim<'a>(&'a self, claimed: &'a Lease, start: &'a Checkpoint) -> BoxFuture<'a, Result<Claim, StoreError>> {
        async move {
            let call = || {
                let call = timed(leased(CLAIM, claimed), claimed);
                call.bind(big(start.position)).bind(start.code.cast_signed()).bind(text_of(&start.parked))
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
            let call = || {
                let call = timed(leased(ADVANCE, lease), lease).bind(big(lease.fence));
                call.bind(big(to.position)).bind(text_of(&to.parked))
            };
            let moved = self.change("moving a checkpoint", call).await?;
            Ok((!moved.is_empty()).then(|| Lease { fence: lease.fence + 1, ..lease.clone() }))
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
                let call = call.bind(checkpoint.code.cast_signed()).bind(text_of(&checkpoint.parked));
                call.bind(state.to_vec()).bind(Timestamp::now().as_micros())
            };
            self.change("saving a value", call).await.map(drop)
        }
        .boxed()
    }
}

fn leased(statement: &'static str, lease: &Lease) -> Call {
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

fn text_of(parked: &[Parked]) -> String {
    // Texts and numbers always have a JSON text.
    serde_json::to_string(parked).unwrap_or_else(|_| String::from("[]"))
}

fn checkpoint(row: &SqliteRow) -> Result<Checkpoint, StoreError> {
    let read = || -> Result<Checkpoint, sqlx::Error> {
        let parked = serde_json::from_slice(present(row, 2)?).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(Checkpoint { position: row.number(0).map(count)?, code: row.number(1)?.cast_unsigned(), parked })
    };
    read().map_err(|error| StoreError::Failed {
        context: "a checkpoint cannot be read: was it changed by hand?".into(),
        source: Some(Arc::new(error)),
    })
}
