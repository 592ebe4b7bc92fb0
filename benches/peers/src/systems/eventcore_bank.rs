//! The same bank in EventCore's own words: one command an operation.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use eventcore::{Command, CommandError, CommandLogic, CommandStateSnapshotId, Event, NewEvents, StreamId, require};
use eventcore_types::{CommandStreams, Projector, StreamDeclarations, StreamPosition};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum AccountEvent {
    Opened { account: StreamId, owner: String },
    Deposited { account: StreamId, amount: u64 },
    Withdrawn { account: StreamId, amount: u64 },
}

impl Event for AccountEvent {
    fn stream_id(&self) -> &StreamId {
        match self {
            Self::Opened { account, .. } | Self::Deposited { account, .. } | Self::Withdrawn { account, .. } => account,
        }
    }

    fn event_type_name() -> &'static str {
        "AccountEvent"
    }
}

impl AccountEvent {
    /// What it adds to the account.
    pub(super) fn amount(&self) -> i64 {
        match self {
            Self::Opened { .. } => 0,
            Self::Deposited { amount, .. } => *amount as i64,
            Self::Withdrawn { amount, .. } => -(*amount as i64),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Account {
    owner: Option<String>,
    balance: u64,
}

impl Account {
    fn apply(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::Opened { owner, .. } => self.owner = Some(owner.clone()),
            AccountEvent::Deposited { amount, .. } => self.balance += amount,
            AccountEvent::Withdrawn { amount, .. } => self.balance -= amount,
        }
    }
}

/// Opens an account, and pays in.
#[derive(Command)]
pub(super) struct Open {
    #[stream]
    pub(super) account: StreamId,
    pub(super) owner: String,
    pub(super) amount: u64,
}

impl CommandLogic for Open {
    type Event = AccountEvent;
    type State = Account;

    fn apply(&self, mut state: Account, event: &AccountEvent) -> Account {
        state.apply(event);
        state
    }

    fn handle(&self, state: Account) -> Result<NewEvents<AccountEvent>, CommandError> {
        require!(state.owner.is_none(), "the account is open already");
        let opened = AccountEvent::Opened { account: self.account.clone(), owner: self.owner.clone() };
        let deposited = AccountEvent::Deposited { account: self.account.clone(), amount: self.amount };
        Ok(vec![opened, deposited].into())
    }
}

/// Pays money in, once or many times.
#[derive(Command)]
pub(super) struct Deposit {
    #[stream]
    pub(super) account: StreamId,
    pub(super) amount: u64,
    pub(super) times: usize,
    /// Whether its state is kept beside the events.
    pub(super) snapshots: bool,
}

impl CommandLogic for Deposit {
    type Event = AccountEvent;
    type State = Account;

    fn apply(&self, mut state: Account, event: &AccountEvent) -> Account {
        state.apply(event);
        state
    }

    fn handle(&self, state: Account) -> Result<NewEvents<AccountEvent>, CommandError> {
        require!(state.owner.is_some(), "the account is not open");
        let deposited = || AccountEvent::Deposited { account: self.account.clone(), amount: self.amount };
        Ok((0..self.times).map(|_| deposited()).collect::<Vec<_>>().into())
    }

    fn command_state_snapshot_id(&self) -> Option<CommandStateSnapshotId> {
        self.snapshots.then(|| CommandStateSnapshotId::try_new(format!("deposit::{}", self.account)).ok()).flatten()
    }

    fn serialize_command_state_snapshot(&self, state: &Account) -> Result<serde_json::Value, CommandError> {
        serde_json::to_value(state).map_err(broken)
    }

    fn deserialize_command_state_snapshot(&self, state: serde_json::Value) -> Result<Account, CommandError> {
        from(state)
    }
}

/// Moves money.
#[derive(Command)]
pub(super) struct Transfer {
    #[stream]
    pub(super) from: StreamId,
    #[stream]
    pub(super) to: StreamId,
    pub(super) amount: u64,
}

#[derive(Debug, Default)]
pub(super) struct Both {
    from: Account,
    to: Account,
}

impl CommandLogic for Transfer {
    type Event = AccountEvent;
    type State = Both;

    fn apply(&self, mut state: Both, event: &AccountEvent) -> Both {
        let account = if *event.stream_id() == self.from { &mut state.from } else { &mut state.to };
        account.apply(event);
        state
    }

    fn handle(&self, state: Both) -> Result<NewEvents<AccountEvent>, CommandError> {
        require!(state.from.owner.is_some() && state.to.owner.is_some(), "the account is not open");
        require!(state.from.balance >= self.amount, "there is not enough money in the account");
        let withdrawn = AccountEvent::Withdrawn { account: self.from.clone(), amount: self.amount };
        let deposited = AccountEvent::Deposited { account: self.to.clone(), amount: self.amount };
        Ok(vec![withdrawn, deposited].into())
    }
}

/// Pays money into many accounts, many times each.
pub(super) struct DepositEverywhere {
    pub(super) accounts: Vec<StreamId>,
    pub(super) streams: StreamDeclarations,
    pub(super) amount: u64,
    pub(super) times: usize,
}

impl CommandStreams for DepositEverywhere {
    fn stream_declarations(&self) -> StreamDeclarations {
        self.streams.clone()
    }
}

impl CommandLogic for DepositEverywhere {
    type Event = AccountEvent;
    type State = HashMap<StreamId, Account>;

    fn apply(&self, mut state: Self::State, event: &AccountEvent) -> Self::State {
        state.entry(event.stream_id().clone()).or_default().apply(event);
        state
    }

    fn handle(&self, state: Self::State) -> Result<NewEvents<AccountEvent>, CommandError> {
        let is_open = |account| state.get(account).is_some_and(|account: &Account| account.owner.is_some());
        require!(self.accounts.iter().all(is_open), "an account is not open");
        let deposited = |account: &StreamId| AccountEvent::Deposited { account: account.clone(), amount: self.amount };
        let each =
            self.accounts.iter().flat_map(|account| std::iter::repeat_with(|| deposited(account)).take(self.times));
        Ok(each.collect::<Vec<_>>().into())
    }
}

fn from<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, CommandError> {
    serde_json::from_value(value).map_err(broken)
}

fn broken(error: serde_json::Error) -> CommandError {
    CommandError::ValidationError(error.to_string())
}

/// What all accounts hold.
pub(super) struct Total {
    /// What its checkpoint is kept under.
    pub(super) name: String,
    pub(super) sum: Arc<AtomicI64>,
    pub(super) events: Arc<AtomicU64>,
}

impl Projector for Total {
    type Event = AccountEvent;
    type Error = Infallible;
    type Context = ();

    fn apply(&mut self, event: AccountEvent, _: StreamPosition, (): &mut ()) -> Result<(), Infallible> {
        self.sum.fetch_add(event.amount(), Ordering::Relaxed);
        self.events.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}
