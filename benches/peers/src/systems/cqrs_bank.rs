//! The same bank in the words of cqrs-es: an aggregate with its commands.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum AccountEvent {
    Opened { owner: String },
    Deposited { amount: i64 },
}

impl DomainEvent for AccountEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Opened { .. } => "Opened".into(),
            Self::Deposited { .. } => "Deposited".into(),
        }
    }

    fn event_version(&self) -> String {
        "1.0".into()
    }
}

impl AccountEvent {
    /// What it adds to the account.
    pub(super) fn amount(&self) -> i64 {
        match self {
            Self::Opened { .. } => 0,
            Self::Deposited { amount } => *amount,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum AccountCommand {
    /// Opens the account, and pays in.
    Open { owner: String, amount: i64 },
    /// Pays money in, once or many times.
    Deposit { amount: i64, times: usize },
}

/// Why a command came to nothing.
#[derive(Debug)]
pub(super) struct Refused(&'static str);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Refused {}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Account {
    owner: Option<String>,
    pub(super) balance: i64,
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = AccountCommand;
    type Event = AccountEvent;
    type Error = Refused;
    type Services = ();

    async fn handle(&mut self, command: AccountCommand, (): &(), sink: &EventSink<Self>) -> Result<(), Refused> {
        match command {
            AccountCommand::Open { owner, amount } => {
                if self.owner.is_some() {
                    return Err(Refused("the account is open already"));
                }
                sink.write(AccountEvent::Opened { owner }, self).await;
                sink.write(AccountEvent::Deposited { amount }, self).await;
            }
            AccountCommand::Deposit { amount, times } => {
                if self.owner.is_none() {
                    return Err(Refused("the account is not open"));
                }
                for _ in 0..times {
                    sink.write(AccountEvent::Deposited { amount }, self).await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, event: AccountEvent) {
        self.balance += event.amount();
        if let AccountEvent::Opened { owner } = event {
            self.owner = Some(owner);
        }
    }
}
