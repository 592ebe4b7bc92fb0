//! Reading what read models have written.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{AssertSqlSafe, Connection, postgres::PgConnection};

use super::PostgresDatabase;
use crate::{error::StoreError, postgres::faults::SqlState, sql::faults::work_error, store::Build};

const READING: &str = "reading a read model";

impl PostgresDatabase {
    /// Reads what a projection has written, over one of the store's own connections that read.
    ///
    /// `work` finds the projection's tables by their names, sees all of them as of one moment, and can write nothing. On a
    /// connection that turns out to be dead it is done once more, on another. Wait for what has to be in the rows first:
    /// `projector.wait_for(&done).await?`.
    ///
    /// ```no_run
    /// use foldline_runtime::{AnyStore, PostgresDatabase, PostgresStore, StoreError, storage::Database};
    ///
    /// # async fn read(store: PostgresStore) -> Result<(), StoreError> {
    /// let store = AnyStore::new(store);
    /// if let Some(database) = PostgresDatabase::of(&store) {
    ///     let sums = "select name, sum from sums";
    ///     let sums: Vec<(String, i64)> =
    ///         database.read("sums", move |rows| Box::pin(sqlx::query_as(sums).fetch_all(rows))).await?;
    ///     println!("{sums:?}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database cannot be reached, or `work` fails, as it does where the projection has never run.
    pub async fn read<T: Send + 'static>(
        &self,
        projection: &str,
        work: impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>> + Send + Sync + 'static,
    ) -> Result<T, StoreError> {
        // Safe: the text is ours, and the schema's name is quoted in it. All of it in one round trip.
        let begin = self
            .place(projection, Build::Current)?
            .fill("begin isolation level repeatable read, read only; set local search_path = :\"schema\", public");
        let (begin, work) = (Arc::<str>::from(begin), Arc::new(work));
        let reading = self.0.pool.run(READING, |connection| {
            let (begin, work) = (Arc::clone(&begin), Arc::clone(&work));
            async move {
                let mut moment = connection.begin_with(AssertSqlSafe(begin)).await?;
                let done = work(&mut moment).await;
                moment.rollback().await?;
                if done.is_err() {
                    // A statement that was prepared for tables of other columns fails for ever.
                    connection.clear_cached_statements().await?;
                }
                // The connection is sound: what failed on it is no reason to do it again.
                Ok(done)
            }
            .boxed()
        });
        reading.await?.map_err(|error| work_error::<SqlState>(READING, error))
    }
}
