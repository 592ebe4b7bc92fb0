//! The store on PostgreSQL: a log is a schema.

mod append;
mod connect;
mod driver;
mod faults;
mod migrations;
mod options;
mod projections;
mod reads;
mod rows;
mod schema;
mod types;
mod url;
mod wait;

use std::{any::Any, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};
use tokio::{sync::Mutex, time::Instant};

use self::{
    connect::Connector,
    driver::PostgresDriver,
    schema::{Schema, Statements},
    wait::Watch,
};
pub use self::{options::PostgresOptions, projections::PostgresDatabase};
use crate::{
    error::StoreError,
    id::CommitId,
    sql::{meter::Meter, pool::Pool},
    store::{Checkpoints, Commit, LogPage, LogRead, Place, Receipt, Store, StreamPage, StreamRead, Ticket, Vitals},
    writer::Batched,
};

/// A log in a PostgreSQL database. Cheap to clone: every clone is the same log, and the same connections.
///
/// ```no_run
/// use foldline_runtime::{Executor, PostgresOptions, PostgresStore};
///
/// # async fn open() -> Result<(), foldline_runtime::StoreError> {
/// let options = PostgresOptions::production().schema("bank").application_name("teller");
/// let store = PostgresStore::connect_with("postgres://localhost/bank", options).await?;
/// let bank = Executor::new(store);
/// # let _ = bank; Ok(()) }
/// ```
///
/// It commits at the database's own durability settings, and refuses to run on weakened ones.
#[derive(Debug, Clone)]
pub struct PostgresStore(Batched<PostgresDriver>, PostgresDatabase);

impl PostgresStore {
    /// Connects with [`PostgresOptions::production`]. The URL may name the schema, `postgres://…/bank?schema=teller`, and say
    /// `pooled=true`.
    ///
    /// # Errors
    /// When the URL is not understood, the server cannot be reached, or it is set up so that promises would break.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(url, PostgresOptions::production()).await
    }

    /// Connects with settings of one's own. What the URL says comes first.
    ///
    /// # Errors
    /// When the URL is not understood, the server cannot be reached, or it is set up so that promises would break.
    pub async fn connect_with(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        let (target, options) = url::parse(url, options)?;
        let schema = Schema::new(&options.schema)?;
        let connector = Connector::new(target, &options, Meter::of(schema.name()));
        let mut writer = connector.connect_to_write().await?;
        migrations::migrate(&mut writer, &schema, options.migrate).await?;

        let statements = Arc::new(Statements::new(&schema));
        let pool = Pool::new(connector.clone(), options.terms());
        pool.fill().await?;
        let watch = Watch::start(
            connector.clone(),
            pool.clone(),
            Arc::clone(&statements),
            schema.name().to_owned(),
            options.poll_interval,
        );
        let writer = Mutex::new(Some((writer, Instant::now())));
        let idle_timeout = options.idle_timeout;
        let database = PostgresDatabase::new(connector.clone(), pool.clone(), Arc::clone(&statements), schema.clone());
        let name = schema.name().to_owned();
        let driver = PostgresDriver { name, connector, statements, writer, idle_timeout, pool, watch };
        let head = driver.reads().head().await?;
        Ok(Self(Batched::start(driver, head, options.writer), database))
    }

    /// The SQL that makes a log's schema, or brings it up to date, for those who run it by hand. Running it again changes
    /// nothing.
    ///
    /// # Errors
    /// When the name cannot be that of a schema.
    pub fn migrations_sql(schema: &str) -> Result<String, StoreError> {
        Ok(migrations::script(&Schema::new(schema)?))
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.head().await.map(drop)
    }
}

impl Store for PostgresStore {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn vitals(&self) -> Vitals {
        self.0.vitals()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<Place, StoreError>> {
        self.0.reserve()
    }

    fn submit(&self, place: Place, commit: Commit) -> Ticket {
        self.0.submit(place, commit)
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.0.read_streams(reads)
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.0.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.head()
    }

    fn wait_beyond(&self, position: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.0.wait_beyond(position).boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.0.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async move {
            self.0.close().await;
            self.1.close();
        }
        .boxed()
    }

    fn checkpoints(&self) -> Option<Arc<dyn Checkpoints>> {
        Some(Arc::new(self.1.clone()))
    }

    fn database(&self) -> Option<&(dyn Any + Send + Sync)> {
        Some(&self.1)
    }
}
