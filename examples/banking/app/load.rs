//! Transfers between random accounts, as many as there can be.

use std::sync::Arc;

use banking::{AccountId, BankError, Deposit, Money, Open, Owner, TheBank, Transfer};
use foldline::prelude::*;
use support::{
    Done,
    load::{LoadArgs, prepare},
};

use crate::{bank::Bank, books::Books};

/// Transfers between random accounts.
#[derive(Debug, clap::Args)]
pub(crate) struct BankLoad {
    #[command(flatten)]
    load: LoadArgs,
    /// How many accounts the money moves between
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..))]
    accounts: u32,
}

impl BankLoad {
    pub(crate) async fn run(&self, bank: &Bank) -> Done {
        let executor = bank.service.executor.clone();
        let accounts = self.open_accounts(&executor).await?;
        let before = Books::read(&executor, executor.store().head().await?).await?;

        let ask = {
            let executor = executor.clone();
            move |_| transfer(executor.clone(), Arc::clone(&accounts))
        };
        let yes = self.load.drive(&executor, ask).await?;

        let head = bank.service.caught_up().await?;
        let (books, held) = (Books::read(&executor, head).await?, bank.balances.read(banking::Balances::total));
        books.check(held)?;
        let logged = books.transfers - before.transfers;
        if yes != logged {
            return Err(format!("{yes} transfers were a yes, and the log holds {logged}").into());
        }
        println!("Checked: the log holds the same {logged} transfers, and the read model all of the {held}.");
        Ok(())
    }

    /// So many accounts with so much in them that no transfer is refused for want of money.
    async fn open_accounts(&self, executor: &Executor) -> Done<Arc<[AccountId]>> {
        let names = (0..self.accounts).map(|number| format!("load-{number}").parse());
        let accounts: Arc<[AccountId]> = names.collect::<Result<_, _>>()?;
        let owner: Owner = "Load".parse()?;
        let open = accounts.iter().map(|account| Open { account: account.clone(), owner: owner.clone() });
        match prepare(executor, open).await {
            // Of an earlier load, all those are open that it opened.
            Ok(()) | Err(ExecuteError::Rejected(BankError::AlreadyOpen)) => {}
            Err(error) => return Err(error.into()),
        }
        let amount = Money::cents(1_000_000);
        prepare(executor, accounts.iter().map(|account| Deposit { account: account.clone(), bank: TheBank, amount }))
            .await?;
        Ok(accounts)
    }
}

async fn transfer(executor: Executor, accounts: Arc<[AccountId]>) -> Result<(), String> {
    let from = fastrand::usize(..accounts.len());
    // Any but the same.
    let to = (from + fastrand::usize(1..accounts.len())) % accounts.len();
    let (from, to) = (accounts[from].clone(), accounts[to].clone());
    let amount = Money::cents(fastrand::u64(1..=100));
    let done = executor.execute(Transfer { from, to, bank: TheBank, amount }).await;
    done.map(drop).map_err(|error| error.to_string())
}
