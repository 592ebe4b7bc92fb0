//! Reading what read models have written.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{Connection, sqlite::SqliteConnection};

use super::SqliteDatabase;
use crate::{error::StoreError, sql::faults::work_error, sqlite::faults::ResultCodes};

const READING: &str = "reading a read model";

impl SqliteDatabase {
    /// Reads what projections have written, over one of the store's own connections that read.
    ///
    /// `work` sees all tables as of one moment, and can write nothing. Wait for what has to be in the rows first:
    /// `projector.wait_for(&done).await?`.
    ///
    /// ```no_run
    /// use foldline_runtime::{AnyStore, SqliteDatabase, SqliteStore, StoreError, storage::Database};
    ///
    /// # async fn read(store: SqliteStore) -> Result<(), StoreError> {
    /// let store = AnyStore::new(store);
    /// if let Some(database) = SqliteDatabase::of(&store) {
    ///     let sums = "select name, sum from sums";
    ///     let sums: Vec<(String, i64)> =
    ///         database.read(move |rows| Box::pin(sqlx::query_as(sums).fetch_all(rows))).await?;
    ///     println!("{sums:?}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the file cannot be read, or `work` fails, as it does where the projection has never run.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl for<'c> Fn(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        let work = Arc::new(work);
        let reading = self.driver().pool.run(READING, |connection| {
            let work = Arc::clone(&work);
            async move {
                let mut moment = connection.begin().await?;
                let done = work(&mut moment).await;
                moment.rollback().await?;
                // The connection is sound: what failed on it is no reason to do it again.
                Ok(done)
            }
            .boxed()
        });
        reading.await?.map_err(|error| work_error::<ResultCodes>(READING, error))
    }
}
