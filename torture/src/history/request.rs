//! What the bank can be asked for, and what it decides: the second opinion on every decision of an executor.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    name::Name,
    state::{Change, State},
};

/// What a process asks for. Numbers name accounts, guards and aliases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Opens an account that must be `new`, with money that nobody had.
    Open {
        /// The account.
        account: u32,
        /// The money.
        amount: i64,
    },
    /// Moves money, if a guard that is only read allows as much.
    Transfer {
        /// Must exist.
        from: u32,
        /// Whose it becomes.
        to: u32,
        /// How much.
        amount: i64,
        /// The guard.
        guard: u32,
    },
    /// Moves the same amount to each of many.
    Share {
        /// Must exist.
        from: u32,
        /// Whose it becomes.
        to: BTreeSet<u32>,
        /// How much for each.
        amount: i64,
    },
    /// Moves money that one account and another, which is only read, must have together: two of these crosswise are a
    /// write skew.
    Drain {
        /// Must exist; may be overdrawn as far as the other goes.
        from: u32,
        /// Vouches for it.
        beside: u32,
        /// Whose it becomes.
        to: u32,
        /// How much.
        amount: i64,
    },
    /// Moves money to the account that an alias stands for: a stream that only the past can name.
    Pay {
        /// Must exist.
        from: u32,
        /// Must exist; is only read.
        alias: u32,
        /// How much.
        amount: i64,
    },
    /// Lets an alias stand for an account, which is only read; accepted without an event if it does already.
    Point {
        /// The alias.
        alias: u32,
        /// The account.
        account: u32,
    },
    /// Changes what a guard allows; accepted without an event if it allows that already.
    Cap {
        /// The guard.
        guard: u32,
        /// The most that may be moved at once.
        cap: i64,
    },
    /// Looks whether accounts have so much together. Records nothing, whatever it finds.
    Inspect {
        /// The accounts.
        accounts: BTreeSet<u32>,
        /// A guard, so that commands share what is only read.
        guard: u32,
        /// Less than this is a rejection.
        least: i64,
    },
    /// Reads one account, without a command.
    Look {
        /// The account.
        account: u32,
    },
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    /// There is not enough money.
    Poor,
    /// The guard does not allow as much.
    Capped,
    /// The account that should get something is not open.
    NotOpen,
    /// The stream must exist.
    NotFound(Name),
    /// The stream must not exist.
    AlreadyExists(Name),
    /// Two roles fall to one stream.
    SameStream(Name),
    /// The stream is at this version, not at the one that was asked for.
    VersionMismatch(Name, u64),
}

/// What is decided: the changes in order, or a refusal.
pub(crate) type Verdict = Result<Vec<(Name, Change)>, Refusal>;

impl Request {
    /// The streams that it names itself.
    #[must_use]
    pub(crate) fn names(&self) -> Vec<Name> {
        use Name::{Account, Alias, Guard};
        match self {
            Self::Open { account, .. } | Self::Look { account } => vec![Account(*account)],
            Self::Transfer { from, to, guard, .. } => vec![Account(*from), Account(*to), Guard(*guard)],
            Self::Share { from, to, .. } => [*from].into_iter().chain(to.iter().copied()).map(Account).collect(),
            Self::Drain { from, beside, to, .. } => vec![Account(*from), Account(*beside), Account(*to)],
            Self::Pay { from, alias, .. } => vec![Account(*from), Alias(*alias)],
            Self::Point { alias, account } => vec![Alias(*alias), Account(*account)],
            Self::Cap { guard, .. } => vec![Guard(*guard)],
            Self::Inspect { accounts, guard, .. } => {
                accounts.iter().copied().map(Account).chain([Guard(*guard)]).collect()
            }
        }
    }

    /// What has to come of it where the streams stand as `see` says.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) fn decide(&self, see: &dyn Fn(Name) -> State) -> Verdict {
        use Name::{Account, Alias, Guard};
        let existing = |name| if see(name).exists() { Ok(see(name)) } else { Err(Refusal::NotFound(name)) };
        let open = |name| if see(name).exists() { Ok(()) } else { Err(Refusal::NotOpen) };
        let has = |money: i64, amount: i64| if money >= amount { Ok(()) } else { Err(Refusal::Poor) };
        let moved = |from, to, amount: i64| vec![(from, Change::Add(-amount)), (to, Change::Add(amount))];
        match self {
            Self::Open { account, amount } => match see(Account(*account)).exists() {
                true => Err(Refusal::AlreadyExists(Account(*account))),
                false => Ok(vec![(Account(*account), Change::Set(*amount))]),
            },
            Self::Transfer { from, to, amount, guard } => {
                let money = existing(Account(*from))?.value;
                open(Account(*to))?;
                if *amount > see(Guard(*guard)).cap() {
                    return Err(Refusal::Capped);
                }
                has(money, *amount)?;
                Ok(moved(Account(*from), Account(*to), *amount))
            }
            Self::Share { from, to, amount } => {
                let money = existing(Account(*from))?.value;
                to.iter().try_for_each(|to| open(Account(*to)))?;
                let all = to.iter().map(|_| amount).sum();
                has(money, all)?;
                let gifts = to.iter().map(|to| (Account(*to), Change::Add(*amount)));
                Ok([(Account(*from), Change::Add(-all))].into_iter().chain(gifts).collect())
            }
            Self::Drain { from, beside, to, amount } => {
                let money = existing(Account(*from))?.value;
                open(Account(*to))?;
                has(money.saturating_add(see(Account(*beside)).value), *amount)?;
                Ok(moved(Account(*from), Account(*to), *amount))
            }
            Self::Pay { from, alias, amount } => {
                let money = existing(Account(*from))?.value;
                let stands_for = existing(Alias(*alias))?.value;
                let to = Account(u32::try_from(stands_for).unwrap_or(u32::MAX));
                if to == Account(*from) {
                    return Err(Refusal::SameStream(to));
                }
                existing(to)?;
                has(money, *amount)?;
                Ok(moved(Account(*from), to, *amount))
            }
            Self::Point { alias, account } => {
                open(Account(*account))?;
                Ok(unless_so(see, Alias(*alias), i64::from(*account)))
            }
            Self::Cap { guard, cap } => Ok(unless_so(see, Guard(*guard), *cap)),
            Self::Inspect { accounts, least, .. } => {
                let together = accounts.iter().map(|account| see(Account(*account)).value).sum();
                has(together, *least).map(|()| Vec::new())
            }
            Self::Look { .. } => Ok(Vec::new()),
        }
    }
}

/// Sets a value, unless it is that already.
fn unless_so(see: &dyn Fn(Name) -> State, name: Name, value: i64) -> Vec<(Name, Change)> {
    let state = see(name);
    if state.exists() && state.value == value { Vec::new() } else { vec![(name, Change::Set(value))] }
}
