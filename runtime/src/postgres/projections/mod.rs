//! What projections keep in the database: checkpoints, and rows that commit with them.

mod builds;
mod checkpoints;
mod places;
mod reading;
mod transaction;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::postgres::PgConnection;

use super::{
    connect::Connector,
    schema::{Schema, Statements},
};
use crate::{
    error::StoreError,
    sql::pool::{Pool, Source},
    store::{AnyStore, Store},
};

/// The PostgreSQL database that a log lives in, as read models write to it: `impl Rows<PostgresDatabase> for …`.
///
/// Each projection has a schema of its own for its tables, called after the log's schema and the projection:
/// `bank_holdings`. Names without a schema are found there, and in `public`. A comment on the schema says whose it is: one that
/// says otherwise, or holds something that no projection has made, is neither written to nor dropped.
#[derive(Clone)]
pub struct PostgresDatabase(Arc<Shared>);

struct Shared {
    connector: Connector,
    pool: Pool<Connector>,
    statements: Arc<Statements>,
    schema: Schema,
    /// Connections that transactions came to a good end on, each with the set of tables that it knows.
    idle: Mutex<Vec<(String, PgConnection)>>,
}

impl PostgresDatabase {
    pub(super) fn new(
        connector: Connector,
        pool: Pool<Connector>,
        statements: Arc<Statements>,
        schema: Schema,
    ) -> Self {
        Self(Arc::new(Shared { connector, pool, statements, schema, idle: Mutex::default() }))
    }

    pub(super) fn of_store(store: &AnyStore) -> Option<Self> {
        store.database()?.downcast_ref().cloned()
    }

    /// A connection for a transaction: one that knows these tables, or a new one.
    async fn connection(&self, place: &Schema) -> Result<PgConnection, StoreError> {
        let known = {
            let mut idle = self.idle();
            let nth = idle.iter().position(|(known, _)| known == place.name());
            nth.map(|nth| idle.swap_remove(nth).1)
        };
        match known {
            Some(connection) => Ok(connection),
            None => self.0.connector.connect().await,
        }
    }

    fn give_back(&self, place: &Schema, connection: PgConnection) {
        if !self.0.pool.is_closed() {
            self.idle().push((place.name().to_owned(), connection));
        }
    }

    /// What the tables of a projection were called is forgotten.
    fn forget_connections(&self, places: [&Schema; 2]) {
        self.idle().retain(|(known, _)| places.iter().all(|place| place.name() != known));
    }

    /// Lets go of the database.
    pub(super) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<(String, PgConnection)>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDatabase").field("schema", &self.0.schema.name()).finish_non_exhaustive()
    }
}
