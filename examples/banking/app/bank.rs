//! The bank at work: who executes, and what is read.

use banking::{Balances, BankError, Month, PayInterest, Rate, TheBank};
use foldline::{InSql, PostgresDatabase, SqliteDatabase, View, prelude::*, storage::Database};
use support::Service;

use crate::statements::Statements;

/// The bank at work.
#[derive(Debug, Clone)]
pub(crate) struct Bank {
    pub(crate) service: Service,
    pub(crate) balances: View<Balances>,
}

impl Bank {
    pub(crate) fn new(executor: Executor) -> Result<Self, StoreError> {
        let balances = InMemory::new(Balances::default());
        let (store, view) = (executor.store().clone(), balances.view());
        let mut projector = Projector::builder(store.clone()).run(balances);
        if PostgresDatabase::of(&store).is_some() {
            projector = projector.run(InSql::<_, PostgresDatabase>::new(Statements::default()));
        } else if SqliteDatabase::of(&store).is_some() {
            projector = projector.run(InSql::<_, SqliteDatabase>::new(Statements::default()));
        }
        Ok(Self { service: Service { executor, projector: projector.start()? }, balances: view })
    }

    /// Pays its interest to every account that the read model knows of: let it catch up first. What came of each is the
    /// answer; asked again, it goes on where it stopped.
    pub(crate) async fn pay_interest(
        &self,
        month: &Month,
        rate: Rate,
    ) -> Vec<Result<Committed, ExecuteError<BankError>>> {
        let pay = |account| PayInterest { account, bank: TheBank, month: month.clone(), rate };
        let all: Vec<_> =
            self.balances.read(|balances| balances.iter().map(|(account, ..)| pay(account.clone())).collect());
        self.service.executor.execute_all(all).await
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
