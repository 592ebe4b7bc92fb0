//! What is asked of a bank.

use std::str::FromStr;

use fastrand::Rng;

use crate::{
    bank::{Bank, Done},
    ledger::Ledger,
};

/// One kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    /// Deposits, each on a random one of 1,000 accounts.
    W1,
    /// Transfers between random pairs of 1,000 accounts.
    W2,
    /// Transfers between random pairs of 10 accounts.
    W2Crowded,
    /// Deposits on one account.
    W3,
    /// Deposits on one account that has 10,000 events.
    W5b,
}

impl Workload {
    pub(crate) const ALL: [Self; 5] = [Self::W1, Self::W2, Self::W2Crowded, Self::W3, Self::W5b];

    /// As it is called on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::W1 => "W1",
            Self::W2 => "W2",
            Self::W2Crowded => "W2x10",
            Self::W3 => "W3",
            Self::W5b => "W5b",
        }
    }

    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::W1 => "deposit: read, fold, append one event; 1,000 accounts, random",
            Self::W2 => "transfer: two streams, one event on each, atomically; random pairs of 1,000 accounts",
            Self::W2Crowded => "transfer between random pairs of 10 accounts",
            Self::W3 => "hot: every deposit on one stream",
            Self::W5b => "a deposit on a stream of 10,000 events, after the first",
        }
    }

    pub(crate) fn accounts(self) -> usize {
        match self {
            Self::W1 | Self::W2 => 1000,
            Self::W2Crowded => 10,
            Self::W3 | Self::W5b => 1,
        }
    }

    /// How many deposits an account has before the clock starts, beyond the two events of its opening.
    pub(crate) fn history(self) -> usize {
        if self == Self::W5b { 9_998 } else { 0 }
    }

    /// How many commands at once say most about it.
    pub(crate) fn usual_concurrency(self) -> &'static [usize] {
        match self {
            Self::W1 | Self::W2 => &[1, 64],
            Self::W3 => &[16, 64],
            Self::W2Crowded => &[64],
            // Behind one stream nobody has company: this is about what one command costs.
            Self::W5b => &[1],
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

impl FromStr for Workload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|workload| workload.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| format!("no workload `{text}`: there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}
