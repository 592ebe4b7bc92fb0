//! What every system is asked to be: a bank.

use std::{error::Error, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt};

use crate::{cluster::Database, workload::Workload};

/// Whatever ends a run.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// What every account is opened with: so much that nobody runs out of money.
pub(crate) const START: u64 = 1_000_000;

/// Who opens accounts.
pub(crate) const OWNER: &str = "Ada Lovelace";

/// Where logs are kept. Systems are compared with those of their own place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Postgres,
    Sqlite,
    Memory,
}

/// A system that is measured: where a driver begins.
pub(crate) trait System: Send + Sync {
    /// As it is called on the command line and in tables.
    fn name(&self) -> &'static str;

    /// What has to be known about how it is driven.
    fn about(&self) -> &'static str;

    /// Where it keeps its log.
    fn place(&self) -> Place {
        Place::Postgres
    }

    /// Why it has no figure for a workload, if it has none.
    fn cannot(&self, _workload: Workload) -> Option<&'static str> {
        None
    }

    /// What it does otherwise than the others in a workload, for those who compare its figures.
    fn note(&self, _workload: Workload) -> Option<&'static str> {
        None
    }

    /// Sets itself up in an empty database, or a file that is not there yet, with so many accounts in mind.
    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>>;
}

/// A bank whose accounts are numbered. Every amount but [`START`] is 1.
pub(crate) trait Bank: Send + Sync {
    /// Opens an account, and pays [`START`] in: two events.
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>>;

    /// One command, or the like of it, that brings an account so many further deposits.
    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done>;

    /// One command that reads so many accounts, the first ones, and brings each of them so many deposits, atomically.
    fn spread(&self, _accounts: usize, _deposits: usize) -> BoxFuture<'_, Done> {
        async { Done::Failed("it has no such way".into()) }.boxed()
    }

    /// One command that reads an account and adds one event.
    fn deposit(&self, account: usize) -> BoxFuture<'_, Done>;

    /// One command that reads two accounts and adds one event to each, atomically.
    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done>;

    /// The balance of an account, from all of its events, with nothing kept from earlier.
    fn replay(&self, _account: usize) -> BoxFuture<'_, Result<i64, Fault>> {
        async { Err("it has no such way".into()) }.boxed()
    }

    /// What all accounts hold, as a projection over the whole log finds it that begins with its first event.
    fn catch_up(&self) -> BoxFuture<'_, Result<i64, Fault>> {
        async { Err("it has no such way".into()) }.boxed()
    }

    /// Attempts that met a conflict and were made again, as far as the system tells.
    fn retried(&self) -> Option<u64> {
        None
    }

    /// What the log holds, as read past everything that the system keeps in memory.
    fn audit(&self, accounts: usize) -> BoxFuture<'_, Result<Audit, Fault>>;

    /// Lets go of the database.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// How a command ended.
#[derive(Debug)]
pub(crate) enum Done {
    /// Acknowledged.
    Yes,
    /// Given up after conflicts.
    Conflict,
    /// Anything else.
    Failed(String),
}

impl Done {
    /// For what has to go well before anything is measured.
    pub(crate) fn must(self) -> Result<(), Fault> {
        match self {
            Self::Yes => Ok(()),
            other => Err(format!("{other:?}").into()),
        }
    }
}

/// What the log holds.
#[derive(Debug)]
pub(crate) struct Audit {
    pub(crate) accounts: Vec<Tally>,
    /// Whether positions are 1, 2, 3, …; `None` for a system that numbers none.
    pub(crate) positions_dense: Option<bool>,
}

/// What the events of one account add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) balance: i64,
    pub(crate) events: u64,
    /// The first and the last version, which must be 1 and the number of events.
    pub(crate) versions: (i64, i64),
}

/// How an account is called in every system.
pub(crate) fn account_name(account: usize) -> String {
    format!("{account:06}")
}
