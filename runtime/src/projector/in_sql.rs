//! Read models in rows of the database that the log lives in: exactly once.

use std::{fmt, marker::PhantomData, panic::AssertUnwindSafe, sync::Arc};

use futures_util::future::FutureExt;

use super::{
    batch::{fold, said},
    kind::Kind,
    lease::Right,
    model::{Model, Opened, Trouble},
    options::ProjectionOptions,
    refused,
    runner::{Paused, part_of},
};
use crate::{
    error::StoreError,
    projection::Delivery,
    store::{AnyStore, Build, Checkpoint, Database, Difference, Lease, Rows, Work, WriteFault},
};

/// A read model in rows of the database that the log lives in. Rows and checkpoint commit together.
pub struct InSql<P, D> {
    empty: P,
    database: PhantomData<fn() -> D>,
}

impl<P: Rows<D>, D: Database> InSql<P, D> {
    /// Each batch begins with a clone of this.
    #[must_use]
    pub fn new(empty: P) -> Self {
        Self { empty, database: PhantomData }
    }
}

impl<P, D> fmt::Debug for InSql<P, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InSql").finish_non_exhaustive()
    }
}

impl<P: Rows<D>, D: Database> Kind for InSql<P, D> {
    const NAME: &'static str = P::NAME;
    const CATEGORIES: &'static [&'static str] = P::CATEGORIES;
    const PARTITIONED: bool = P::PARTITIONED;
    type Model = RowsModel<P, D>;
    type Next = ();

    fn model(&self, store: &AnyStore, name: &str, options: ProjectionOptions) -> Result<RowsModel<P, D>, StoreError> {
        self.build(store, name, options, Build::Current)
    }

    fn next(&self, store: &AnyStore, options: ProjectionOptions) -> Result<(RowsModel<P, D>, ()), StoreError> {
        Ok((self.build(store, &format!("{}+next", P::NAME), options, Build::Next)?, ()))
    }

    async fn differences(&self, store: &AnyStore, (): &()) -> Result<Vec<Difference>, Trouble> {
        Ok(self.database(store)?.differences(P::NAME).await?)
    }

    async fn swap(
        &self,
        store: &AnyStore,
        (): &(),
        builder: &Paused,
        shares: &[Paused],
    ) -> Result<Vec<Option<Lease>>, Trouble> {
        let next = builder.lease.as_ref().ok_or(Trouble::Lost)?;
        let mut leases = Vec::with_capacity(shares.len());
        for (nth, share) in shares.iter().enumerate() {
            let to = part_of(&builder.checkpoint, nth, shares.len());
            leases.push((share.lease.clone().ok_or(Trouble::Lost)?, to));
        }
        let moved = self.database(store)?.swap(P::NAME, next, &leases).await.map_err(trouble)?;
        Ok(moved.into_iter().map(Some).collect())
    }

    async fn discard(&self, store: &AnyStore) {
        if let Ok(database) = self.database(store) {
            // What is left over is taken away before the next is made.
            let _ = database.discard(P::NAME).await;
        }
    }
}

impl<P: Rows<D>, D: Database> InSql<P, D> {
    fn database(&self, store: &AnyStore) -> Result<D, StoreError> {
        D::of(store).ok_or_else(|| {
            refused(format!(
                "`{}` keeps its rows in {}, and the log does not live there: open a store on {}, or keep the read model `InMemory`",
                P::NAME,
                D::NAME,
                D::NAME,
            ))
        })
    }

    fn build(
        &self,
        store: &AnyStore,
        name: &str,
        options: ProjectionOptions,
        build: Build,
    ) -> Result<RowsModel<P, D>, StoreError> {
        let database = self.database(store)?;
        let right = Right::new(Arc::new(database.clone()), name, options.term);
        Ok(RowsModel { empty: self.empty.clone(), database, right, build, shares: options.partitions, prepared: false })
    }
}

/// The kind in SQL, as its runner sees it.
pub(super) struct RowsModel<P, D> {
    empty: P,
    database: D,
    right: Right,
    build: Build,
    shares: usize,
    /// Whether what is being built was begun here.
    prepared: bool,
}

impl<P: Rows<D>, D: Database> Model for RowsModel<P, D> {
    const DURABLE: bool = true;

    fn code(&self) -> u64 {
        P::CODE
    }

    async fn open(&mut self) -> Result<Opened, Trouble> {
        let start = Checkpoint { code: P::CODE, ..Checkpoint::default() };
        let left_at = self.right.fence();
        let opened = self.right.claim(&start).await?;
        if matches!(opened, Opened::Theirs(_)) {
            return Ok(opened);
        }
        let opened = match self.build {
            // Each time, and once the right is ours: a rebuild may have shared it out otherwise meanwhile.
            Build::Current => opened,
            // What somebody else began, or worked on meanwhile, is not gone on with: other code may have built it.
            Build::Next if self.prepared && left_at == self.right.fence() => return Ok(opened),
            Build::Next => {
                self.prepared = false;
                self.right.advance(&start).await?;
                Opened::Ours(start)
            }
        };
        let create = creation::<P, D>(self.empty.clone());
        self.database.prepare(P::NAME, self.build, self.shares, create).await.map_err(trouble)?;
        self.prepared = true;
        Ok(opened)
    }

    async fn take_hold(&mut self) -> Result<Opened, Trouble> {
        match self.build {
            Build::Current => self.right.claim(&Checkpoint { code: P::CODE, ..Checkpoint::default() }).await,
            Build::Next => self.open().await,
        }
    }

    async fn take(&mut self, events: &[Delivery<'_>], to: &Checkpoint) -> Result<(), Trouble> {
        let batch = fold(&self.empty, events)?;
        let lease = self.right.lease()?;
        let work = writing::<P, D>(batch);
        let moved = self.database.transact(P::NAME, &lease, self.build, to, work).await.map_err(trouble)?;
        self.right.moved(moved);
        Ok(())
    }

    async fn keep(&mut self, at: &Checkpoint) -> Result<(), Trouble> {
        self.right.advance(at).await
    }

    fn lost(&self) -> impl Future<Output = ()> + Send + use<P, D> {
        self.right.lost()
    }

    fn lease(&self) -> Option<Lease> {
        self.right.lease().ok()
    }

    fn moved(&mut self, lease: Option<Lease>, _: &Checkpoint) {
        if let Some(lease) = lease {
            self.right.moved(lease);
        }
    }

    async fn close(&mut self) {
        self.right.release().await;
    }
}

// What is called is looked after as well: it may panic before there is a future.

fn creation<P: Rows<D>, D: Database>(empty: P) -> Work<D::Connection> {
    Box::new(move |connection| {
        async move {
            let created = AssertUnwindSafe(async { empty.create(connection).await }).catch_unwind().await;
            said(created)
        }
        .boxed()
    })
}

fn writing<P: Rows<D>, D: Database>(batch: P) -> Work<D::Connection> {
    Box::new(move |connection| {
        async move {
            let written = AssertUnwindSafe(async { batch.write(connection).await }).catch_unwind().await;
            said(written)
        }
        .boxed()
    })
}

fn trouble(fault: WriteFault) -> Trouble {
    match fault {
        WriteFault::Work(error) => Trouble::Batch(error),
        WriteFault::Store(error) => error.into(),
        WriteFault::Lost => Trouble::Lost,
    }
}
