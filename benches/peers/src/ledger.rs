//! What was acknowledged, written down beside the system, and compared with what its log holds.

use std::{
    ops::Range,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::bank::{Audit, Bank, Fault, START};

/// Nobody waits for a thousand accounts to be opened one after the other.
const OPENED_AT_ONCE: usize = 16;

/// How many events are added by one command, where many are.
pub(crate) const AT_A_TIME: usize = 1_000;

/// What the accounts must hold.
#[derive(Debug)]
pub(crate) struct Ledger(Vec<Line>);

#[derive(Debug, Default)]
struct Line {
    balance: AtomicI64,
    events: AtomicU64,
}

/// A ledger that travels between processes: a balance and a number of events for each account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Page(Vec<(i64, u64)>);

impl Ledger {
    pub(crate) fn new(accounts: usize) -> Self {
        Self((0..accounts).map(|_| Line::default()).collect())
    }

    pub(crate) fn enter(&self, account: usize, balance: i64, events: u64) {
        if let Some(line) = self.0.get(account) {
            line.balance.fetch_add(balance, Ordering::Relaxed);
            line.events.fetch_add(events, Ordering::Relaxed);
        }
    }

    /// Opens all accounts, with so many deposits on each.
    pub(crate) async fn open(&self, bank: &dyn Bank, history: usize) -> Result<(), Fault> {
        self.open_some(bank, 0..self.0.len(), history).await
    }

    /// Opens some accounts, with so many deposits on each.
    pub(crate) async fn open_some(&self, bank: &dyn Bank, some: Range<usize>, history: usize) -> Result<(), Fault> {
        let open = |account| async move {
            bank.open(account).await?;
            let mut left = history;
            while left > 0 {
                let deposits = left.min(AT_A_TIME);
                bank.append(account, deposits).await.must()?;
                left -= deposits;
            }
            self.enter(account, START as i64 + history as i64, 2 + history as u64);
            Ok::<(), Fault>(())
        };
        stream::iter(some).map(open).buffer_unordered(OPENED_AT_ONCE).try_collect::<()>().await
    }

    /// What all accounts together must hold.
    pub(crate) fn total(&self) -> i64 {
        self.0.iter().map(|line| line.balance.load(Ordering::Relaxed)).sum()
    }

    /// How many events there must be.
    pub(crate) fn events(&self) -> u64 {
        self.0.iter().map(|line| line.events.load(Ordering::Relaxed)).sum()
    }

    /// What one account must hold.
    pub(crate) fn balance(&self, account: usize) -> i64 {
        self.0.get(account).map_or(0, |line| line.balance.load(Ordering::Relaxed))
    }

    pub(crate) fn page(&self) -> Page {
        let read = |line: &Line| (line.balance.load(Ordering::Relaxed), line.events.load(Ordering::Relaxed));
        Page(self.0.iter().map(read).collect())
    }

    pub(crate) fn add(&self, page: &Page) {
        for (account, (balance, events)) in page.0.iter().enumerate() {
            self.enter(account, *balance, *events);
        }
    }

    /// What is wrong with a log, if anything is.
    pub(crate) fn compare(&self, audit: &Audit) -> Result<(), String> {
        if audit.accounts.len() != self.0.len() {
            return Err(format!("{} accounts instead of {}", audit.accounts.len(), self.0.len()));
        }
        for (account, ((balance, events), found)) in self.page().0.into_iter().zip(&audit.accounts).enumerate() {
            if found.balance != balance {
                return Err(format!("account {account} holds {} instead of {balance}", found.balance));
            }
            if found.events != events {
                return Err(format!("account {account} has {} events instead of {events}", found.events));
            }
            if found.versions != (1, events as i64) {
                return Err(format!("account {account} has {events} events, and versions {:?}", found.versions));
            }
        }
        if audit.positions_dense == Some(false) { Err("positions have gaps".into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Tally;

    fn ledger() -> Ledger {
        let ledger = Ledger::new(2);
        ledger.enter(0, 5, 2);
        ledger.enter(1, -1, 1);
        ledger
    }

    fn right() -> Audit {
        let first = Tally { balance: 5, events: 2, versions: (1, 2) };
        let second = Tally { balance: -1, events: 1, versions: (1, 1) };
        Audit { accounts: vec![first, second], positions_dense: Some(true) }
    }

    #[test]
    fn a_log_that_holds_what_was_acknowledged_is_right() {
        assert_eq!(ledger().compare(&right()), Ok(()));
        assert_eq!(ledger().compare(&Audit { positions_dense: None, ..right() }), Ok(()));
    }

    #[test]
    fn a_fast_wrong_answer_shows() {
        let faults: [fn(&mut Audit); 6] = [
            |audit| audit.accounts[1].balance += 1,
            |audit| audit.accounts[0].events += 1,
            |audit| audit.accounts[0].versions = (1, 3),
            |audit| audit.accounts[1].versions = (2, 2),
            |audit| audit.accounts.truncate(1),
            |audit| audit.positions_dense = Some(false),
        ];
        for (nth, plant) in faults.into_iter().enumerate() {
            let mut audit = right();
            plant(&mut audit);
            assert!(ledger().compare(&audit).is_err(), "fault {nth} is not seen");
        }
    }
}
