//! A collection of keys may carry what is borrowed.

use std::collections::BTreeMap;

use foldline::prelude::*;

#[path = "../../support.rs"]
mod support;

use support::bank::*;

#[derive(Debug, Command)]
struct Name<'a> {
    #[stream]
    names: BTreeMap<AccountId, &'a str>,
}

impl<'a> Decide for Name<'a> {
    type Error = Refused;

    fn decide(&self, streams: &mut NameStreams) -> Result<(), Refused> {
        for (key, account) in &mut streams.names {
            account.deposited(self.names[key].len() as u64);
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bank = Executor::new(MemoryStore::new());
    let ada = "Ada".to_owned();
    bank.execute(Name { names: BTreeMap::from([(AccountId(1), &*ada)]) }).await.unwrap();
    assert_eq!(bank.load(&AccountId(1)).await.unwrap().unwrap().balance, 3);
}
