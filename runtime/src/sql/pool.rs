//! The connections that read.
//!
//! Not sqlx's pool: that asks a connection whether it is alive whenever it comes back, which doubles the round trips. Here
//! a dead one is noticed when it is used, and the read is sent again on a new one. A connection whose call was cancelled is
//! never used again.

use std::{
    collections::VecDeque,
    fmt::Debug,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use sqlx::Connection;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

use super::{
    faults::{Dialect, Kind, kind, store_error},
    meter::Meter,
};
use crate::{error::StoreError, store::PoolVitals};

/// Where connections come from.
pub(crate) trait Source: Debug + Send + Sync + 'static {
    /// What it opens.
    type Connection: Connection + Debug;
    /// What the database's errors mean.
    type Dialect: Dialect;

    /// Opens a connection.
    fn connect(&self) -> BoxFuture<'_, Result<Self::Connection, StoreError>>;

    /// How long one call may take.
    fn patience(&self) -> Duration;

    /// Where its connections are counted.
    fn meter(&self) -> &Meter;
}

/// How many connections are lent, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// How many are kept open at least.
    pub(crate) min: usize,
    /// How many are opened at most.
    pub(crate) max: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_lifetime: Duration,
}

/// Connections that are lent for one call at a time.
#[derive(Debug)]
pub(crate) struct Pool<S: Source>(Arc<Shared<S>>);

#[derive(Debug)]
struct Shared<S: Source> {
    source: S,
    terms: Terms,
    permits: Semaphore,
    /// The last one used is the first one lent: what is not needed falls out of use.
    idle: Mutex<VecDeque<Idle<S::Connection>>>,
    reaping: AtomicBool,
}

#[derive(Debug)]
struct Idle<C> {
    connection: C,
    born: Instant,
    since: Instant,
}

impl<S: Source> Clone for Pool<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Source> Pool<S> {
    pub(crate) fn new(source: S, terms: Terms) -> Self {
        let permits = Semaphore::new(terms.max.clamp(1, Semaphore::MAX_PERMITS));
        let (idle, reaping) = (Mutex::default(), AtomicBool::new(false));
        Self(Arc::new(Shared { source, terms, permits, idle, reaping }))
    }

    /// Opens as many as are to be open at least.
    pub(crate) async fn fill(&self) -> Result<(), StoreError> {
        while self.idle().len() < self.0.terms.min {
            let connection = self.0.source.connect().await?;
            self.put_back(connection, Instant::now());
        }
        Ok(())
    }

    /// Does `work` on a connection, and once more if that connection turns out to be dead: for reads, which may be repeated.
    pub(crate) async fn run<T>(
        &self,
        doing: &str,
        work: impl for<'c> Fn(&'c mut S::Connection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let Shared { source, terms, permits, .. } = &*self.0;
        let asked = source.meter().clock();
        let permit = match timeout(terms.acquire_timeout, permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::Closed),
            Err(_) => return Err(late("waiting for a free connection", terms.acquire_timeout)),
        };
        source.meter().waited(asked);
        loop {
            let (mut connection, born, used) = match self.take() {
                Some(idle) => (idle.connection, idle.born, true),
                None => (source.connect().await?, Instant::now(), false),
            };
            let Ok(result) = timeout(source.patience(), work(&mut connection)).await else {
                source.meter().broken();
                return Err(late(doing, source.patience()));
            };
            if let Err(error) = &result {
                source.meter().error(kind::<S::Dialect>(error));
            }
            let lost = |error: &sqlx::Error| kind::<S::Dialect>(error) == Kind::Connection;
            match result {
                // What one connection suffered, the others have: the server was restarted.
                Err(error) if used && lost(&error) => self.idle().clear(),
                Err(error) if lost(&error) => return Err(store_error::<S::Dialect>(doing, error)),
                result => {
                    self.put_back(connection, born);
                    drop(permit);
                    return result.map_err(|error| store_error::<S::Dialect>(doing, error));
                }
            }
        }
    }

    /// What it holds. A connection that is being opened counts as open.
    pub(crate) fn vitals(&self) -> PoolVitals {
        let (idle, limit) = (self.idle().len(), self.0.terms.max);
        let lent = limit.saturating_sub(self.0.permits.available_permits());
        PoolVitals::new(idle + lent, idle, limit)
    }

    /// Lends no more, and says goodbye to those that are not lent.
    pub(crate) async fn close(&self) {
        self.0.permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for Idle { connection, .. } in idle {
            hang_up(connection).await;
        }
    }

    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only read models in rows ask"))]
    pub(crate) fn is_closed(&self) -> bool {
        self.0.permits.is_closed()
    }

    fn take(&self) -> Option<Idle<S::Connection>> {
        let mut idle = self.idle();
        while let Some(last) = idle.pop_back() {
            if last.born.elapsed() < self.0.terms.max_lifetime {
                return Some(last);
            }
        }
        None
    }

    fn put_back(&self, connection: S::Connection, born: Instant) {
        if self.0.permits.is_closed() {
            return;
        }
        let spare = {
            let mut idle = self.idle();
            idle.push_back(Idle { connection, born, since: Instant::now() });
            idle.len() > self.0.terms.min
        };
        if spare && !self.0.reaping.swap(true, Ordering::AcqRel) {
            tokio::spawn(reap(Arc::clone(&self.0)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle<S::Connection>>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes what was not used for long, as long as there is something to close.
async fn reap<S: Source>(shared: Arc<Shared<S>>) {
    loop {
        sleep(shared.terms.idle_timeout).await;
        let mut idle = shared.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while idle.len() > shared.terms.min
            && idle.front().is_some_and(|oldest| oldest.since.elapsed() >= shared.terms.idle_timeout)
        {
            idle.pop_front();
        }
        if idle.len() <= shared.terms.min || shared.permits.is_closed() {
            shared.reaping.store(false, Ordering::Release);
            return;
        }
    }
}

/// Says goodbye, without waiting for long.
pub(crate) async fn hang_up(connection: impl Connection) {
    let _ = timeout(Duration::from_secs(1), connection.close()).await;
}

pub(crate) fn late(doing: &str, after: Duration) -> StoreError {
    StoreError::Unavailable { context: format!("{doing}: no answer within {after:?}").into(), source: None }
}
