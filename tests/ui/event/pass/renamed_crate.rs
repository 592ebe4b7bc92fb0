//! Foldline under another name, through another crate's hands.

mod framework {
    pub use foldline as events;
}

use framework::events::{Event as _, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
pub struct Account(u64);

#[stream(key = AccountId, crate = crate::framework::events)]
impl Account {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.0 += amount;
    }
}

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "clock", crate = crate::framework::events)]
enum ClockEvent {
    Ticked { at: u64 },
}

#[derive(Debug, Command)]
#[command(crate = crate::framework::events)]
struct Deposit {
    #[stream]
    account: AccountId,
}

impl Decide for Deposit {
    type Error = ();

    fn decide(&self, streams: &mut DepositStreams) -> Result<(), ()> {
        streams.account.deposited(5);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bank = Executor::new(MemoryStore::new());
    bank.execute(Deposit { account: AccountId(1) }).await.unwrap();
    assert_eq!(bank.load(&AccountId(1)).await.unwrap().unwrap().0, 5);
    let mut payload = Vec::new();
    ClockEvent::Ticked { at: 3 }.encode(&mut payload).unwrap();
    assert_eq!(payload, br#"{"at":3}"#);
}
