//! The connections that read.
//!
//! Not sqlx's pool: that asks a connection whether it is alive whenever it comes back, which doubles the round trips. Here
//! a dead one is noticed when it is used, and the read is sent again on a new one. A connection whose call was cancelled is
//! never used again.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use sqlx::{Connection, postgres::PgConnection};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

use super::{
    connect::{Connector, hang_up, late},
    faults::{Kind, kind, store_error},
    options::PostgresOptions,
};
use crate::error::StoreError;

/// Connections that are lent for one call at a time.
#[derive(Debug, Clone)]
pub(super) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    connector: Connector,
    permits: Semaphore,
    /// The last one used is the first one lent: what is not needed falls out of use.
    idle: Mutex<VecDeque<Idle>>,
    min: usize,
    acquire_timeout: Duration,
    idle_timeout: Duration,
    max_lifetime: Duration,
    reaping: AtomicBool,
}

#[derive(Debug)]
struct Idle {
    connection: PgConnection,
    born: Instant,
    since: Instant,
}

impl Pool {
    pub(super) fn new(connector: Connector, options: &PostgresOptions) -> Self {
        let (min, max) = options.connections;
        Self(Arc::new(Shared {
            connector,
            permits: Semaphore::new(max as usize),
            idle: Mutex::default(),
            min: min as usize,
            acquire_timeout: options.acquire_timeout,
            idle_timeout: options.idle_timeout,
            max_lifetime: options.max_lifetime,
            reaping: AtomicBool::new(false),
        }))
    }

    /// Opens as many as are to be open at least.
    pub(super) async fn fill(&self) -> Result<(), StoreError> {
        while self.idle().len() < self.0.min {
            let connection = self.0.connector.connect().await?;
            self.put_back(connection, Instant::now());
        }
        Ok(())
    }

    /// Does `work` on a connection, and once more if that connection turns out to be dead: for reads, which may be repeated.
    ///
    /// Behind a pooler it does it in a transaction, so that all its messages reach one server.
    pub(super) async fn run<T>(
        &self,
        doing: &str,
        work: impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let shared = &self.0;
        let permit = match timeout(shared.acquire_timeout, shared.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::Closed),
            Err(_) => return Err(late("waiting for a free connection", shared.acquire_timeout)),
        };
        loop {
            let (mut connection, born, used) = match self.take() {
                Some(idle) => (idle.connection, idle.born, true),
                None => (shared.connector.connect().await?, Instant::now(), false),
            };
            let worked =
                timeout(shared.connector.patience(), attempt(&mut connection, shared.connector.pooled(), &work));
            let Ok(result) = worked.await else { return Err(late(doing, shared.connector.patience())) };
            match result {
                // What one connection suffered, the others have: the server was restarted.
                Err(error) if used && kind(&error) == Kind::Connection => self.idle().clear(),
                Err(error) if kind(&error) == Kind::Connection => return Err(store_error(doing, error)),
                result => {
                    self.put_back(connection, born);
                    drop(permit);
                    return result.map_err(|error| store_error(doing, error));
                }
            }
        }
    }

    /// Lends no more, and says goodbye to those that are not lent.
    pub(super) async fn close(&self) {
        self.0.permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for Idle { connection, .. } in idle {
            hang_up(connection).await;
        }
    }

    fn take(&self) -> Option<Idle> {
        let mut idle = self.idle();
        while let Some(last) = idle.pop_back() {
            if last.born.elapsed() < self.0.max_lifetime {
                return Some(last);
            }
        }
        None
    }

    fn put_back(&self, connection: PgConnection, born: Instant) {
        if self.0.permits.is_closed() {
            return;
        }
        let spare = {
            let mut idle = self.idle();
            idle.push_back(Idle { connection, born, since: Instant::now() });
            idle.len() > self.0.min
        };
        if spare && !self.0.reaping.swap(true, Ordering::AcqRel) {
            tokio::spawn(reap(Arc::clone(&self.0)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes what was not used for long, as long as there is something to close.
async fn reap(shared: Arc<Shared>) {
    loop {
        sleep(shared.idle_timeout).await;
        let mut idle = shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while idle.len() > shared.min
            && idle.front().is_some_and(|oldest| oldest.since.elapsed() >= shared.idle_timeout)
        {
            idle.pop_front();
        }
        if idle.len() <= shared.min || shared.permits.is_closed() {
            shared.reaping.store(false, Ordering::Release);
            return;
        }
    }
}

async fn attempt<T>(
    connection: &mut PgConnection,
    pooled: bool,
    work: &impl for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    if !pooled {
        return work(connection).await;
    }
    let mut transaction = connection.begin().await?;
    let done = work(&mut transaction).await?;
    transaction.commit().await?;
    Ok(done)
}
