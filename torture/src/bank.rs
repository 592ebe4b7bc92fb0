//! The bank whose history is checked, in the language. What it has to decide is said a second time, without Foldline, by
//! `Request::decide`.

use std::{
    collections::BTreeSet,
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::history::{Name, Saw, State};
use foldline::prelude::*;

macro_rules! keys {
    ($($key:ident names $state:ident as $name:ident),*) => { $(
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $key(pub(crate) u32);

        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $key {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        #[derive(Debug, Clone, Default)]
        pub(crate) struct $state {
            pub(crate) value: i64,
        }

        impl Seen for StreamMut<$state> {
            fn saw(&self) -> Saw {
                Saw(Name::$name(self.key().0), self.version(), self.value)
            }
        }

        impl Seen for StreamRef<$state> {
            fn saw(&self) -> Saw {
                Saw(Name::$name(self.key().0), self.version(), self.value)
            }
        }
    )* };
}

keys!(AccountId names Account as Account, GuardId names Guard as Guard, AliasId names Alias as Alias);

#[stream(key = AccountId, vis = "pub(crate)")]
impl Account {
    #[event]
    fn opened(&mut self, amount: i64) {
        self.value = amount;
    }

    #[event]
    fn moved(&mut self, amount: i64) {
        self.value += amount;
    }
}

#[stream(key = GuardId, vis = "pub(crate)")]
impl Guard {
    #[event]
    fn capped(&mut self, cap: i64) {
        self.value = cap;
    }
}

#[stream(key = AliasId, vis = "pub(crate)")]
impl Alias {
    #[event]
    fn pointed(&mut self, account: u32) {
        self.value = i64::from(account);
    }
}

/// An open stream, as it is written down.
trait Seen {
    fn saw(&self) -> Saw;
}

/// Writes down what `decide` is given. The last run counts: it is the one that is answered.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Vec<Saw>>>);

impl Witness {
    fn note<'a>(&self, streams: impl IntoIterator<Item = &'a dyn Seen>) {
        let saw = streams.into_iter().map(Seen::saw).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = saw;
    }

    pub(crate) fn saw(&self) -> Vec<Saw> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// It is no part of a command, and must not tell one from another: it always prints the same.
impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

/// Why the bank says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum No {
    #[error("there is not enough money")]
    Poor,
    #[error("the guard does not allow as much")]
    Capped,
    #[error("the account is not open")]
    NotOpen,
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Open {
    #[stream(new)]
    pub(crate) account: AccountId,
    pub(crate) amount: i64,
    pub(crate) witness: Witness,
}

impl Decide for Open {
    type Error = No;

    fn decide(&self, streams: &mut OpenStreams) -> Result<(), No> {
        self.witness.note([&streams.account as &dyn Seen]);
        streams.account.opened(self.amount);
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Transfer {
    #[stream(existing)]
    pub(crate) from: AccountId,
    #[stream]
    pub(crate) to: AccountId,
    #[stream(read)]
    pub(crate) guard: GuardId,
    pub(crate) amount: i64,
    pub(crate) witness: Witness,
}

impl Decide for Transfer {
    type Error = No;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), No> {
        self.witness.note([&streams.from as &dyn Seen, &streams.to, &streams.guard]);
        let guard = State { version: streams.guard.version(), value: streams.guard.value };
        ensure!(streams.to.exists(), No::NotOpen);
        ensure!(self.amount <= guard.cap(), No::Capped);
        ensure!(streams.from.value >= self.amount, No::Poor);
        streams.from.moved(-self.amount);
        streams.to.moved(self.amount);
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Share {
    #[stream(existing)]
    pub(crate) from: AccountId,
    #[stream]
    pub(crate) to: BTreeSet<AccountId>,
    pub(crate) amount: i64,
    pub(crate) witness: Witness,
}

impl Decide for Share {
    type Error = No;

    fn decide(&self, streams: &mut ShareStreams) -> Result<(), No> {
        self.witness
            .note([&streams.from as &dyn Seen].into_iter().chain(streams.to.values().map(|to| to as &dyn Seen)));
        ensure!(streams.to.values().all(StreamMut::exists), No::NotOpen);
        let all = self.to.iter().map(|_| self.amount).sum();
        ensure!(streams.from.value >= all, No::Poor);
        streams.from.moved(-all);
        for to in streams.to.values_mut() {
            to.moved(self.amount);
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Drain {
    #[stream(existing)]
    pub(crate) from: AccountId,
    #[stream(read)]
    pub(crate) beside: AccountId,
    #[stream]
    pub(crate) to: AccountId,
    pub(crate) amount: i64,
    pub(crate) witness: Witness,
}

impl Decide for Drain {
    type Error = No;

    fn decide(&self, streams: &mut DrainStreams) -> Result<(), No> {
        self.witness.note([&streams.from as &dyn Seen, &streams.beside, &streams.to]);
        ensure!(streams.to.exists(), No::NotOpen);
        ensure!(streams.from.value + streams.beside.value >= self.amount, No::Poor);
        streams.from.moved(-self.amount);
        streams.to.moved(self.amount);
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
#[command(follow(to: AccountId = AccountId(u32::try_from(alias.value).unwrap_or(u32::MAX)), existing))]
pub(crate) struct Pay {
    #[stream(existing)]
    pub(crate) from: AccountId,
    #[stream(read, existing)]
    pub(crate) alias: AliasId,
    pub(crate) amount: i64,
    pub(crate) witness: Witness,
}

impl Decide for Pay {
    type Error = No;

    fn decide(&self, streams: &mut PayStreams) -> Result<(), No> {
        self.witness.note([&streams.from as &dyn Seen, &streams.alias, &streams.to]);
        ensure!(streams.from.value >= self.amount, No::Poor);
        streams.from.moved(-self.amount);
        streams.to.moved(self.amount);
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Point {
    #[stream]
    pub(crate) alias: AliasId,
    #[stream(read)]
    pub(crate) account: AccountId,
    pub(crate) witness: Witness,
}

impl Decide for Point {
    type Error = No;

    fn decide(&self, streams: &mut PointStreams) -> Result<(), No> {
        self.witness.note([&streams.alias as &dyn Seen, &streams.account]);
        ensure!(streams.account.exists(), No::NotOpen);
        if !streams.alias.exists() || streams.alias.value != i64::from(self.account.0) {
            streams.alias.pointed(self.account.0);
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Cap {
    #[stream]
    pub(crate) guard: GuardId,
    pub(crate) cap: i64,
    pub(crate) witness: Witness,
}

impl Decide for Cap {
    type Error = No;

    fn decide(&self, streams: &mut CapStreams) -> Result<(), No> {
        self.witness.note([&streams.guard as &dyn Seen]);
        if !streams.guard.exists() || streams.guard.value != self.cap {
            streams.guard.capped(self.cap);
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Command)]
pub(crate) struct Inspect {
    #[stream(read)]
    pub(crate) accounts: BTreeSet<AccountId>,
    #[stream(read)]
    pub(crate) guard: GuardId,
    pub(crate) least: i64,
    pub(crate) witness: Witness,
}

impl Decide for Inspect {
    type Error = No;

    fn decide(&self, streams: &mut InspectStreams) -> Result<(), No> {
        let accounts = streams.accounts.values().map(|account| account as &dyn Seen);
        self.witness.note(accounts.chain([&streams.guard as &dyn Seen]));
        let together: i64 = streams.accounts.values().map(|account| account.value).sum();
        ensure!(together >= self.least, No::Poor);
        Ok(())
    }
}
