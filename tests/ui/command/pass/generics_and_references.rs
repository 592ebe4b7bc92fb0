//! Generics, lifetimes and `where` pass through; references around keys and collections are looked behind.

#![allow(unused_parens)]

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Debug,
};

use foldline::{StreamKey, prelude::*};

#[path = "../../support.rs"]
mod support;

use support::bank::*;

/// One key type for another: whatever it names can be looked at.
#[derive(Debug, Command)]
struct Look<'a, K: StreamKey, T, const N: usize>
where
    K: Debug,
    T: Into<u64> + Copy + Send + Sync,
{
    #[stream(read)]
    one: K,
    #[stream(read)]
    several: [K; N],
    #[stream]
    account: &'a AccountId,
    amount: &'a T,
}

impl<K: StreamKey + Debug, T: Into<u64> + Copy + Send + Sync, const N: usize> Decide for Look<'_, K, T, N> {
    type Error = Refused;

    fn decide(&self, streams: &mut LookStreams<K, N>) -> Result<(), Refused> {
        ensure!(!streams.one.exists() && streams.several.len() == N, Refused);
        streams.account.deposited((*self.amount).into());
        Ok(())
    }
}

#[derive(Debug, Command)]
struct Spread<'a, 'b> {
    #[stream]
    list: &'a Vec<AccountId>,
    #[stream]
    set: &'a &'b BTreeSet<AccountId>,
    #[stream]
    by_key: &'a BTreeMap<VaultId, u64>,
    #[stream(read)]
    hashed: &'a HashMap<AccountId, u8>,
    #[stream(read)]
    also: &'b (HashSet<VaultId>),
    #[stream]
    maybe: Option<AccountId>,
    note: &'a str,
}

impl Decide for Spread<'_, '_> {
    type Error = Refused;

    fn decide(&self, streams: &mut SpreadStreams) -> Result<(), Refused> {
        ensure!(self.note.is_empty() && streams.hashed.len() == 1 && streams.also.is_empty(), Refused);
        for (_, account) in &mut streams.list {
            account.deposited(1);
        }
        for account in streams.set.values_mut() {
            account.deposited(2);
        }
        for (key, vault) in streams.by_key.iter_mut() {
            if self.by_key[key] > 0 {
                vault.sealed();
            }
        }
        if let Some(account) = &mut streams.maybe {
            account.deposited(3);
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bank = Executor::new(MemoryStore::new());
    let (account, amount) = (AccountId(1), 5_u32);
    let look = Look { one: VaultId(1), several: [VaultId(2), VaultId(3)], account: &account, amount: &amount };
    bank.execute(look).await.unwrap();

    let (list, set) = (vec![AccountId(1), AccountId(1)], BTreeSet::from([AccountId(2)]));
    let (by_key, hashed) = (BTreeMap::from([(VaultId(1), 1), (VaultId(2), 0)]), HashMap::from([(AccountId(9), 0)]));
    let (also, maybe) = (HashSet::new(), Some(AccountId(3)));
    let spread = Spread { list: &list, set: &&set, by_key: &by_key, hashed: &hashed, also: &also, maybe, note: "" };
    bank.execute(spread).await.unwrap();
    for (key, balance) in [(1, 6), (2, 2), (3, 3)] {
        assert_eq!(bank.load(&AccountId(key)).await.unwrap().unwrap().balance, balance);
    }
    assert!(bank.load(&VaultId(1)).await.unwrap().is_some() && bank.load(&VaultId(2)).await.unwrap().is_none());
}
