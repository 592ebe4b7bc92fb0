//! Noticing what other processes append: told by them where possible, else by looking.

use std::{sync::Arc, time::Duration};

use futures_util::future::FutureExt;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{connect::Connector, pool::Pool, reads::Reads, schema::Statements};
use crate::error::StoreError;

/// All logs of a database share the channel; the message is the schema.
const CHANNEL: &str = "foldline";

/// Others are told so often at most.
const THROTTLE: Duration = Duration::from_millis(50);

/// After a connection that listens was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// The head as it is known from outside. It is looked for only while somebody waits.
#[derive(Debug)]
pub(super) struct Watch {
    head: watch::Sender<u64>,
    wanted: Arc<Notify>,
    written: Arc<Notify>,
    tasks: Vec<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start(
        connector: Connector,
        pool: Pool,
        statements: Arc<Statements>,
        schema: String,
        poll_interval: Duration,
    ) -> Self {
        let head = watch::Sender::new(0);
        let (wanted, written, hint) = (Arc::<Notify>::default(), Arc::<Notify>::default(), Arc::<Notify>::default());
        let persistent = !connector.pooled();
        let mut tasks = Vec::new();
        tasks.push(tokio::spawn(tell(pool.clone(), schema.clone(), Arc::clone(&written), persistent)));
        if !connector.pooled() {
            tasks.push(tokio::spawn(listen(connector, schema, Arc::clone(&wanted), Arc::clone(&hint), head.clone())));
        }
        tasks.push(tokio::spawn(look(
            pool,
            statements,
            persistent,
            head.clone(),
            Arc::clone(&wanted),
            hint,
            poll_interval,
        )));
        Self { head, wanted, written, tasks }
    }

    /// Something was appended here: others will want to know.
    pub(super) fn written(&self) {
        self.written.notify_one();
    }

    pub(super) async fn beyond(&self, position: u64) -> Result<u64, StoreError> {
        let mut head = self.head.subscribe();
        self.wanted.notify_waiters();
        let reached = head.wait_for(|head| *head > position).await;
        reached.map(|head| *head).map_err(|_| StoreError::Closed)
    }

    pub(super) fn stop(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits until somebody waits.
async fn until_wanted(head: &watch::Sender<u64>, wanted: &Notify) {
    loop {
        let asked = wanted.notified();
        if head.receiver_count() > 0 {
            return;
        }
        asked.await;
    }
}

/// Looks at the head when somebody begins to wait, when told to, and now and then.
async fn look(
    pool: Pool,
    statements: Arc<Statements>,
    persistent: bool,
    head: watch::Sender<u64>,
    wanted: Arc<Notify>,
    hint: Arc<Notify>,
    interval: Duration,
) {
    let reads = Reads { pool: &pool, statements: &statements, persistent };
    loop {
        until_wanted(&head, &wanted).await;
        let (asked, hinted) = (wanted.notified(), hint.notified());
        // Whoever cannot be asked now will be asked again.
        if let Ok(now) = reads.head().await {
            head.send_if_modified(|known| std::mem::replace(known, now.max(*known)) < now);
        }
        let _ = timeout(interval, futures_util::future::select(Box::pin(asked), Box::pin(hinted))).await;
    }
}

/// Listens for other processes, from the first time that somebody waits.
async fn listen(
    connector: Connector,
    schema: String,
    wanted: Arc<Notify>,
    hint: Arc<Notify>,
    head: watch::Sender<u64>,
) {
    loop {
        until_wanted(&head, &wanted).await;
        // sqlx hands out notifications through a pool only.
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(connector.target());
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            while let Ok(told) = listener.recv().await {
                if told.payload() == schema {
                    hint.notify_one();
                }
            }
        }
        sleep(PAUSE).await;
    }
}

/// Tells other processes, in a statement of its own: nothing about it holds up an append.
async fn tell(pool: Pool, schema: String, written: Arc<Notify>, persistent: bool) {
    loop {
        written.notified().await;
        let _ = pool
            .run("notifying", |connection| {
                let notify = sqlx::query("select pg_notify($1, $2)").bind(CHANNEL).bind(schema.clone());
                notify.persistent(persistent).execute(connection).boxed()
            })
            .await;
        sleep(THROTTLE).await;
    }
}
