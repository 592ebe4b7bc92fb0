//! `#[stream]` beside other derives' attributes, and several `#[command(…)]`.

use foldline::{Command as _, prelude::*};
use serde::{Deserialize, Serialize};

#[path = "../../support.rs"]
mod support;

use support::bank::{AccountFacts, AccountId, Refused, VaultFacts, VaultId};

#[derive(Debug, Clone, Serialize, Deserialize, Command)]
#[command(name = "pay-in")]
#[command(streams = Open, follow(vault: VaultId = VaultId(account.balance + self.amount)))]
#[serde(deny_unknown_fields)]
#[command(follow(other: Option<VaultId> = account.vault.clone(), read))]
struct Deposit {
    /// Where to.
    #[stream(existing, or = Refused)]
    #[serde(with = "number", rename = "to")]
    account: AccountId,
    #[serde(default)]
    amount: u64,
}

mod number {
    use super::AccountId;

    pub fn serialize<S: serde::Serializer>(id: &AccountId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(id.0)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(AccountId)
    }
}

impl Decide for Deposit {
    type Error = Refused;

    fn decide(&self, streams: &mut Open) -> Result<(), Refused> {
        assert!(streams.other.is_none());
        streams.account.deposited(self.amount);
        streams.vault.sealed();
        Ok(())
    }
}

#[derive(Command)]
struct Start {
    #[stream(new)]
    account: AccountId,
}

impl Decide for Start {
    type Error = Refused;

    fn decide(&self, streams: &mut StartStreams) -> Result<(), Refused> {
        streams.account.deposited(1);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(Deposit::NAME, "pay-in");
    let bank = Executor::new(MemoryStore::new());
    let deposit = || Deposit { account: AccountId(1), amount: 5 };
    assert!(matches!(bank.execute(deposit()).await, Err(ExecuteError::Rejected(Refused))));
    bank.execute(Start { account: AccountId(1) }).await.unwrap();
    bank.execute(deposit()).await.unwrap();
    assert_eq!(bank.load(&AccountId(1)).await.unwrap().unwrap().balance, 6);
    assert!(bank.load(&VaultId(6)).await.unwrap().unwrap().sealed);
}
