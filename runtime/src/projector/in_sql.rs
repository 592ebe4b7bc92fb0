//! Read models in rows of the database that the log lives in: exactly once.

use std::{fmt, marker::PhantomData, panic::AssertUnwindSafe, sync::Arc};

use futures_util::future::FutureExt;

use super::{
    batch::{fold, said},
    lease::Right,
    model::{Model, Opened, Trouble},
    options::ProjectionOptions,
    refused,
    start::Kind,
};
use crate::{
    error::StoreError,
    recorded::RawEvent,
    store::{AnyStore, Build, Checkpoint, Database, Rows, Work, WriteFault},
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

    fn model(&self, store: &AnyStore, name: &str, options: ProjectionOptions) -> Result<RowsModel<P, D>, StoreError> {
        let Some(database) = D::of(store) else {
            return Err(refused(format!(
                "`{}` keeps its rows in {}, and the log does not live there: open a store on {}, or keep the read model `InMemory`",
                P::NAME,
                D::NAME,
                D::NAME,
            )));
        };
        let right = Right::new(Arc::new(database.clone()), name, options.term);
        Ok(RowsModel { empty: self.empty.clone(), database, right, prepared: false })
    }
}

/// The kind in SQL, as its runner sees it.
pub(super) struct RowsModel<P, D> {
    empty: P,
    database: D,
    right: Right,
    /// Whether its tables are known to be there.
    prepared: bool,
}

impl<P: Rows<D>, D: Database> Model for RowsModel<P, D> {
    const DURABLE: bool = true;

    fn code(&self) -> u64 {
        P::CODE
    }

    async fn open(&mut self) -> Result<Opened, Trouble> {
        let start = Checkpoint { code: P::CODE, ..Checkpoint::default() };
        let opened = self.right.claim(&start).await?;
        if matches!(opened, Opened::Ours(_)) && !self.prepared {
            self.database
                .prepare(P::NAME, Build::Current, creation::<P, D>(self.empty.clone()))
                .await
                .map_err(trouble)?;
            self.prepared = true;
        }
        Ok(opened)
    }

    async fn take(&mut self, events: &[&RawEvent], to: &Checkpoint) -> Result<(), Trouble> {
        let batch = fold(&self.empty, events)?;
        let lease = self.right.lease()?;
        let work = writing::<P, D>(batch);
        let moved = self.database.transact(P::NAME, &lease, Build::Current, to, work).await.map_err(trouble)?;
        self.right.moved(moved);
        Ok(())
    }

    async fn keep(&mut self, at: &Checkpoint) -> Result<(), Trouble> {
        self.right.advance(at).await
    }

    fn lost(&self) -> impl Future<Output = ()> + Send + use<P, D> {
        self.right.lost()
    }

    async fn close(&mut self) {
        self.right.release().await;
    }
}

fn creation<P: Rows<D>, D: Database>(empty: P) -> Work<D::Connection> {
    Box::new(move |connection| {
        async move {
            let created = AssertUnwindSafe(empty.create(connection)).catch_unwind().await;
            said(created)
        }
        .boxed()
    })
}

fn writing<P: Rows<D>, D: Database>(batch: P) -> Work<D::Connection> {
    Box::new(move |connection| {
        async move {
            let written = AssertUnwindSafe(batch.write(connection)).catch_unwind().await;
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
