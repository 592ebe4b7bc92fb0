//! What is asked of a bank.

use clap::ValueEnum;
use fastrand::Rng;

use crate::{
    bank::{Bank, Done, Fault},
    ledger::{AT_A_TIME, Ledger},
};

/// One kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub(crate) enum Workload {
    /// Deposits, each on a random one of 1,000 accounts.
    W1,
    /// Transfers between random pairs of 1,000 accounts.
    W2,
    /// Transfers between random pairs of 10 accounts.
    #[value(name = "W2x10")]
    W2Crowded,
    /// Deposits on one account.
    W3,
    /// 10,000 deposits, 1,000 a command, all on one account.
    W4,
    /// 10,000 deposits, 1,000 a command, each command on 100 accounts.
    #[value(name = "W4b")]
    W4b,
    /// The balance of an account from its 10,000 events.
    W5,
    /// Deposits on one account that has 10,000 events.
    #[value(name = "W5b")]
    W5b,
    /// What all accounts hold, from the 100,000 events of the log.
    W6,
}

impl Workload {
    /// What is measured where nothing else is asked for.
    pub(crate) const USUAL: [Self; 8] =
        [Self::W1, Self::W2, Self::W3, Self::W4, Self::W4b, Self::W5, Self::W5b, Self::W6];

    /// As it is called on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::W1 => "W1",
            Self::W2 => "W2",
            Self::W2Crowded => "W2x10",
            Self::W3 => "W3",
            Self::W4 => "W4",
            Self::W4b => "W4b",
            Self::W5 => "W5",
            Self::W5b => "W5b",
            Self::W6 => "W6",
        }
    }

    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::W1 => "deposit: read, fold, append one event; 1,000 accounts, random",
            Self::W2 => "transfer: two streams, one event on each, atomically; random pairs of 1,000 accounts",
            Self::W2Crowded => "transfer between random pairs of 10 accounts",
            Self::W3 => "hot: every deposit on one stream",
            Self::W4 => "append: 10,000 events, 1,000 a call, one stream",
            Self::W4b => "append: 10,000 events, 1,000 a call, spread over 100 streams",
            Self::W5 => "replay: one stream of 10,000 events, read and folded",
            Self::W5b => "a deposit on a stream of 10,000 events, after the first",
            Self::W6 => "catch-up: a projection in memory over a log of 100,000 events in 100 streams",
        }
    }

    pub(crate) fn accounts(self) -> usize {
        match self {
            Self::W1 | Self::W2 => 1000,
            Self::W2Crowded => 10,
            Self::W3 | Self::W4 | Self::W5 | Self::W5b => 1,
            Self::W4b | Self::W6 => 100,
        }
    }

    /// How many deposits an account has before the clock starts, beyond the two events of its opening.
    pub(crate) fn history(self) -> usize {
        match self {
            Self::W5 | Self::W5b => 9_998,
            Self::W6 => 998,
            _ => 0,
        }
    }

    /// How many events one piece of work is about, where they are what counts.
    pub(crate) fn events(self) -> Option<usize> {
        match self {
            Self::W4 | Self::W4b => Some(AT_A_TIME),
            Self::W5 | Self::W6 => Some(self.accounts() * (self.history() + 2)),
            _ => None,
        }
    }

    /// How many commands at once say most about it.
    pub(crate) fn usual_concurrency(self) -> &'static [usize] {
        match self {
            Self::W1 | Self::W2 => &[1, 16, 64, 256],
            Self::W3 => &[16, 64],
            Self::W2Crowded => &[64],
            // Behind one stream nobody has company: this is about what one command costs.
            Self::W4 | Self::W4b | Self::W5 | Self::W5b | Self::W6 => &[1],
        }
    }

    /// Asks for one command, and writes down what was acknowledged.
    pub(crate) async fn act(self, bank: &dyn Bank, rng: &mut Rng, ledger: &Ledger) -> Done {
        let accounts = self.accounts();
        let account = rng.usize(0..accounts);
        match self {
            Self::W1 | Self::W3 | Self::W5b => {
                let done = bank.deposit(account).await;
                if matches!(done, Done::Yes) {
                    ledger.enter(account, 1, 1);
                }
                done
            }
            Self::W4 => {
                let done = bank.append(account, AT_A_TIME).await;
                if matches!(done, Done::Yes) {
                    ledger.enter(account, AT_A_TIME as i64, AT_A_TIME as u64);
                }
                done
            }
            Self::W4b => {
                let each = AT_A_TIME / accounts;
                let done = bank.spread(accounts, each).await;
                if matches!(done, Done::Yes) {
                    (0..accounts).for_each(|account| ledger.enter(account, each as i64, each as u64));
                }
                done
            }
            // What is read is checked there and then.
            Self::W5 => read(bank.replay(account).await, ledger.balance(account)),
            Self::W6 => read(bank.catch_up().await, ledger.total()),
            Self::W2 | Self::W2Crowded => {
                let to = (account + 1 + rng.usize(0..accounts - 1)) % accounts;
                let done = bank.transfer(account, to).await;
                if matches!(done, Done::Yes) {
                    ledger.enter(account, -1, 1);
                    ledger.enter(to, 1, 1);
                }
                done
            }
        }
    }
}

fn read(balance: Result<i64, Fault>, expected: i64) -> Done {
    match balance {
        Ok(balance) if balance == expected => Done::Yes,
        Ok(balance) => Done::Failed(format!("{balance} was read instead of {expected}")),
        Err(fault) => Done::Failed(fault.to_string()),
    }
}
