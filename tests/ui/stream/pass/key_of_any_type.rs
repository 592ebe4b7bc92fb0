//! A key is any type of this crate: here one generic type for all.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use foldline::prelude::*;

pub struct Id<S>(u64, PhantomData<fn() -> S>);

impl<S> Id<S> {
    fn new(number: u64) -> Self {
        Self(number, PhantomData)
    }
}

impl<S> Clone for Id<S> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl<S> PartialEq for Id<S> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<S> Eq for Id<S> {}

impl<S> PartialOrd for Id<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> Ord for Id<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<S> hash::Hash for Id<S> {
    fn hash<H: hash::Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }
}

impl<S> fmt::Display for Id<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<S> FromStr for Id<S> {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::new)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Account(u64);

#[stream(key = Id<Account>)]
impl Account {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.0 += amount;
    }
}

#[derive(Debug, Clone, Default)]
pub struct Vault(bool);

#[stream(key = Id<Vault>)]
impl Vault {
    #[event]
    fn sealed(&mut self) {
        self.0 = true;
    }
}

#[derive(Command)]
struct Store {
    #[stream]
    account: Id<Account>,
    #[stream]
    vault: Id<Vault>,
}

impl Decide for Store {
    type Error = ();

    fn decide(&self, streams: &mut StoreStreams) -> Result<(), ()> {
        streams.account.deposited(7);
        streams.vault.sealed();
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bank = Executor::new(MemoryStore::new());
    bank.execute(Store { account: Id::new(1), vault: Id::new(1) }).await.unwrap();
    assert_eq!(bank.load(&Id::<Account>::new(1)).await.unwrap().unwrap().0, 7);
    assert!(bank.load(&Id::<Vault>::new(1)).await.unwrap().unwrap().0);
}
