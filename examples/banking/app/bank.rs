//! The bank at work: who executes, and what is read.

use banking::{Balances, BankError, Month, PayInterest, Rate, TheBank};
use foldline::{InSql, PostgresDatabase, ProjectorError, SqliteDatabase, View, prelude::*};
use support::{Done, Service};

use crate::{reader::Reader, statements::Statements};

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

    /// Pays every account its interest. What came of each is the answer; asked again, it goes on where it stopped.
    pub(crate) async fn pay_interest(
        &self,
        month: &Month,
        rate: Rate,
    ) -> Result<Vec<Result<Committed, ExecuteError<BankError>>>, ProjectorError> {
        self.service.caught_up().await?;
        let pay = |account| PayInterest { account, bank: TheBank, month: month.clone(), rate };
        let all: Vec<_> =
            self.balances.read(|balances| balances.iter().map(|(account, ..)| pay(account.clone())).collect());
        Ok(self.service.executor.execute_all(all).await)
    }

    /// Prints what the accounts hold.
    pub(crate) fn list(&self) {
        self.balances.read(|balances| {
            for (account, owner, balance) in balances.iter() {
                println!("  {account:<16} {owner:<24} {balance:>12}");
            }
            println!("  {:<41} {:>12}", "together", balances.total());
        });
    }
}
