//! Noticing what other processes append: told by them where possible, else by looking.

use std::{sync::Arc, time::Duration};

use futures_util::future::FutureExt;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{sync::Notify, time::sleep};

use super::{
    connect::Connector,
    reads::{Reads, fetch},
    schema::Statements,
};
use crate::{
    error::StoreError,
    sql::{
        pool::Pool,
        watch::{Sight, Tasks},
    },
};

/// All logs of a database share the channel; the message is the schema.
const CHANNEL: &str = "foldline";

/// Others are told so often at most.
const THROTTLE: Duration = Duration::from_millis(50);

/// After a connection that listens was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// Sees what others append, and tells them of what is appended here.
#[derive(Debug)]
pub(super) struct Watch {
    sight: Sight,
    written: Arc<Notify>,
    tasks: Tasks,
}

impl Watch {
    pub(super) fn start(
        connector: Connector,
        pool: Pool<Connector>,
        statements: Arc<Statements>,
        schema: String,
        poll_interval: Duration,
    ) -> Self {
        let (sight, written, mut tasks) = (Sight::default(), Arc::<Notify>::default(), Tasks::default());
        let persistent = !connector.pooled();
        tasks.spawn(tell(pool.clone(), schema.clone(), Arc::clone(&written), persistent));
        if persistent {
            tasks.spawn(listen(connector, schema, sight.clone()));
        }
        let looking = sight.clone();
        tasks.spawn(async move {
            let reads = Reads { pool: &pool, statements: &statements, persistent };
            looking.look(poll_interval, || reads.head()).await;
        });
        Self { sight, written, tasks }
    }

    /// Something was appended here: others will want to know.
    pub(super) fn written(&self) {
        self.written.notify_one();
    }

    pub(super) async fn beyond(&self, position: u64) -> Result<u64, StoreError> {
        self.sight.beyond(position).await
    }

    pub(super) fn stop(&self) {
        self.tasks.stop();
    }
}

/// Listens for other processes, from the first time that somebody waits.
async fn listen(connector: Connector, schema: String, sight: Sight) {
    loop {
        sight.until_wanted().await;
        // sqlx hands out notifications through a pool only.
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(connector.target());
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while let Ok(told) = listener.recv().await {
                if told.payload() == schema {
                    sight.hint();
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// Tells other processes, in a statement of its own: nothing about it holds up an append.
async fn tell(pool: Pool<Connector>, schema: String, written: Arc<Notify>, persistent: bool) {
    loop {
        written.notified().await;
        let _ = pool
            .run("notifying", |connection| {
                let notify = sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(schema.clone());
                fetch(connection, notify, persistent).boxed()
            })
            .await;
        sleep(THROTTLE).await;
    }
}
