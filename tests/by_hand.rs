//! A bank without a single macro of Foldline: whatever those write, a person could have written against the public
//! traits. It runs on the same executor and says the same things as a bank with them.

use std::{convert::Infallible, fmt, str::FromStr};

use foldline::{
    Access, Command, Decide, Declares, DecodeError, EncodeError, Event, EventField, EventType, ExecuteError, Executor,
    MemoryStore, Names, Opener, Paused, Stream, StreamKey, StreamMut, decode_fields, encode_fields,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct AccountId(String);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Account {
    owner: Option<String>,
    balance: u64,
}

#[derive(Debug, Clone, PartialEq)]
enum AccountEvent {
    Opened { owner: String },
    Deposited { amount: u64 },
    Withdrawn { amount: u64 },
}

#[derive(Serialize, Deserialize)]
struct Opened {
    owner: String,
}

#[derive(Serialize, Deserialize)]
struct Moved {
    amount: u64,
}

impl Event for AccountEvent {
    const TYPES: &'static [EventType] = &[
        EventType::new("account.opened").fields(&[EventField::new("owner", "String")]),
        EventType::new("account.deposited").fields(&[EventField::new("amount", "u64")]),
        EventType::new("account.withdrawn").fields(&[EventField::new("amount", "u64")]),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "account.opened",
            Self::Deposited { .. } => "account.deposited",
            Self::Withdrawn { .. } => "account.withdrawn",
        }
    }

    fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Opened { owner } => encode_fields(&Opened { owner: owner.clone() }, payload),
            Self::Deposited { amount } | Self::Withdrawn { amount } => {
                encode_fields(&Moved { amount: *amount }, payload)
            }
        }
    }

    fn decode(name: &str, version: u32, payload: &[u8]) -> Result<Self, DecodeError> {
        match Self::check(name, version)?.name {
            "account.opened" => decode_fields(payload).map(|Opened { owner }| Self::Opened { owner }),
            "account.deposited" => decode_fields(payload).map(|Moved { amount }| Self::Deposited { amount }),
            _ => decode_fields(payload).map(|Moved { amount }| Self::Withdrawn { amount }),
        }
    }
}

impl Stream for Account {
    type Key = AccountId;
    type Event = AccountEvent;
    const CATEGORY: &'static str = "account";

    fn initial() -> Self {
        Self::default()
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn apply(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened { owner } => self.owner = Some(owner),
            AccountEvent::Deposited { amount } => self.balance += amount,
            AccountEvent::Withdrawn { amount } => self.balance -= amount,
        }
    }
}

impl StreamKey for AccountId {
    type State = Account;
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum BankError {
    #[error("the account is not open")]
    NotOpen,
    #[error("there is not enough money in the account")]
    InsufficientFunds,
}

struct Open {
    account: AccountId,
    owner: String,
    deposit: u64,
}

struct OpenStreams {
    account: StreamMut<Account>,
}

impl<'s> Declares<'s> for Open {
    type Open = &'s mut OpenStreams;
}

impl Command for Open {
    const NAME: &'static str = "Open";
    type Streams = OpenStreams;

    fn open(&self, opener: &mut Opener<'_>) -> Result<OpenStreams, Paused> {
        let account = opener.declare("account", &self.account, Access::new());
        opener.ready()?;
        Ok(OpenStreams { account: AccountId::writes(&account, opener)? })
    }

    fn decide_on(&self, streams: &mut OpenStreams) -> Result<(), BankError> {
        self.decide(streams)
    }
}

impl Decide for Open {
    type Error = BankError;

    fn decide(&self, streams: &mut OpenStreams) -> Result<(), BankError> {
        streams.account.emit(AccountEvent::Opened { owner: self.owner.clone() });
        if self.deposit > 0 {
            streams.account.emit(AccountEvent::Deposited { amount: self.deposit });
        }
        Ok(())
    }
}

struct Transfer {
    from: AccountId,
    to: AccountId,
    amount: u64,
}

struct TransferStreams {
    from: StreamMut<Account>,
    to: StreamMut<Account>,
}

impl<'s> Declares<'s> for Transfer {
    type Open = &'s mut TransferStreams;
}

impl Command for Transfer {
    const NAME: &'static str = "Transfer";
    type Streams = TransferStreams;

    fn open(&self, opener: &mut Opener<'_>) -> Result<TransferStreams, Paused> {
        let from = opener.declare("from", &self.from, Access::write());
        let to = opener.declare("to", &self.to, Access::write());
        opener.ready()?;
        Ok(TransferStreams { from: AccountId::writes(&from, opener)?, to: AccountId::writes(&to, opener)? })
    }

    fn decide_on(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        self.decide(streams)
    }
}

impl Decide for Transfer {
    type Error = BankError;

    fn decide(&self, streams: &mut TransferStreams) -> Result<(), BankError> {
        if !streams.from.exists() || !streams.to.exists() {
            return Err(BankError::NotOpen);
        }
        if streams.from.balance < self.amount {
            return Err(BankError::InsufficientFunds);
        }
        streams.from.emit(AccountEvent::Withdrawn { amount: self.amount });
        streams.to.emit(AccountEvent::Deposited { amount: self.amount });
        Ok(())
    }
}

#[tokio::test]
async fn the_bank_runs_without_macros() -> Result<(), Box<dyn std::error::Error>> {
    let bank = Executor::new(MemoryStore::new());
    let (ada, bob) = (AccountId("ada".into()), AccountId("bob".into()));
    let open =
        |account: &AccountId, cents| Open { account: account.clone(), owner: account.to_string(), deposit: cents };
    let transfer = |cents| Transfer { from: ada.clone(), to: bob.clone(), amount: cents };

    assert!(matches!(bank.execute(transfer(1)).await, Err(ExecuteError::Rejected(BankError::NotOpen))));
    bank.execute(open(&ada, 50)).await?;
    bank.execute(open(&bob, 0)).await?;
    let again = bank.execute(open(&ada, 1)).await;
    assert!(matches!(again, Err(ExecuteError::AlreadyExists { .. })), "{again:?}");

    let done = bank.execute(transfer(20)).await?;
    assert_eq!((done.position(), done.version(&ada), done.version(&bob)), (Some(5), Some(3), Some(2)));
    let broke = bank.execute(transfer(31)).await;
    assert!(matches!(broke, Err(ExecuteError::Rejected(BankError::InsufficientFunds))), "{broke:?}");

    let account = bank.load(&ada).await?.ok_or("ada has an account")?;
    assert_eq!((account.balance, account.owner.as_deref(), account.version()), (30, Some("ada"), 3));
    assert!(bank.load(&AccountId("nobody".into())).await?.is_none());
    let same = bank.execute(Transfer { from: ada.clone(), to: ada, amount: 0 }).await;
    assert!(matches!(same, Err(ExecuteError::SameStream { fields: ["from", "to"], .. })), "{same:?}");
    Ok(())
}
