//! The bank at work: who executes, and what is read.

use banking::Balances;
use foldline::{InSql, PostgresDatabase, SqliteDatabase, View, prelude::*};
use support::http::Service;

use crate::{Done, reader::Reader, statements::Statements};

/// The bank at work.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    pub(crate) service: Service,
    pub(crate) balances: View<Balances>,
    /// `None` where no rows are kept.
    pub(crate) statements: Option<Reader>,
}

impl Bank {
    /// On the store at this URL.
    pub(crate) fn new(executor: Executor, url: &str) -> Done<Self> {
        let balances = InMemory::new(Balances::default());
        let (view, statements) = (balances.view(), Reader::of(url)?);
        let projector = Projector::builder(executor.store().clone()).run(balances);
        let projector = match statements {
            Some(Reader::Postgres { .. }) => projector.run(InSql::<_, PostgresDatabase>::new(Statements::default())),
            Some(Reader::Sqlite(_)) => projector.run(InSql::<_, SqliteDatabase>::new(Statements::default())),
            None => projector,
        };
        Ok(Self { service: Service { executor, projector: projector.start()? }, balances: view, statements })
    }

    /// Waits until what is read holds all that has happened by now. Answers how far that is.
    pub(crate) async fn caught_up(&self) -> Done<u64> {
        let head = self.service.executor.store().head().await?;
        self.service.projector.wait_for(head).await?;
        Ok(head)
    }
}
