//! Calls of several statements, the last of which commits.

use futures_util::TryStreamExt;
use sqlx::{Either, Executor, sqlite::SqliteConnection};

use super::arguments::Call;

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

/// Makes a call of so many statements, the last of which commits, and says the last row's number after each.
pub(super) async fn run(connection: &mut SqliteConnection, call: Call, statements: usize) -> Result<Vec<i64>, Broken> {
    let mut rowids = Vec::with_capacity(statements);
    let mut steps = connection.fetch_many(call);
    loop {
        match steps.try_next().await {
            Ok(Some(Either::Left(done))) => rowids.push(done.last_insert_rowid()),
            Ok(Some(Either::Right(_))) => {}
            Ok(None) if rowids.len() == statements => return Ok(rowids),
            // The worker is gone, and the commit with it, or not.
            Ok(None) => return Err(Broken::Committing(sqlx::Error::WorkerCrashed)),
            Err(error) if rowids.len() + 1 >= statements => return Err(Broken::Committing(error)),
            Err(error) => return Err(Broken::Before(error)),
        }
    }
}
