//! The same bank in disintegrate's own words: events with identifiers, states that query them, decisions on states.

use disintegrate::{Decision, Event, StateMutate, StateQuery};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Event, Serialize, Deserialize)]
#[stream(AccountFact, [Opened, Deposited, Withdrawn])]
pub(super) enum AccountEvent {
    Opened {
        #[id]
        account_id: String,
        owner: String,
    },
    Deposited {
        #[id]
        account_id: String,
        amount: i64,
    },
    Withdrawn {
        #[id]
        account_id: String,
        amount: i64,
    },
}

impl AccountEvent {
    /// What it adds to the account.
    pub(super) fn amount(&self) -> i64 {
        match self {
            Self::Opened { .. } => 0,
            Self::Deposited { amount, .. } => *amount,
            Self::Withdrawn { amount, .. } => -amount,
        }
    }
}

#[derive(Debug, Clone, Default, StateQuery, Serialize, Deserialize)]
#[state_query(AccountFact)]
pub(super) struct Account {
    #[id]
    account_id: String,
    owner: Option<String>,
    pub(super) balance: i64,
}

impl Account {
    pub(super) fn of(account: &str) -> Self {
        Self { account_id: account.to_owned(), ..Self::default() }
    }
}

impl StateMutate for Account {
    fn mutate(&mut self, event: AccountFact) {
        match event {
            AccountFact::Opened { owner, .. } => self.owner = Some(owner),
            AccountFact::Deposited { amount, .. } => self.balance += amount,
            AccountFact::Withdrawn { amount, .. } => self.balance -= amount,
        }
    }
}

/// Why a decision came to nothing.
#[derive(Debug)]
pub(super) struct Refused(#[expect(dead_code, reason = "shown when a run fails")] &'static str);

/// Opens an account, and pays in.
pub(super) struct Open {
    pub(super) account: String,
    pub(super) owner: String,
    pub(super) amount: i64,
}

impl Decision for Open {
    type Event = AccountEvent;
    type StateQuery = Account;
    type Error = Refused;

    fn state_query(&self) -> Account {
        Account::of(&self.account)
    }

    fn process(&self, account: &Account) -> Result<Vec<AccountEvent>, Refused> {
        if account.owner.is_some() {
            return Err(Refused("the account is open already"));
        }
        let opened = AccountEvent::Opened { account_id: self.account.clone(), owner: self.owner.clone() };
        Ok(vec![opened, AccountEvent::Deposited { account_id: self.account.clone(), amount: self.amount }])
    }
}

/// Pays money in, once or many times.
pub(super) struct Deposit {
    pub(super) account: String,
    pub(super) amount: i64,
    pub(super) times: usize,
}

impl Decision for Deposit {
    type Event = AccountEvent;
    type StateQuery = Account;
    type Error = Refused;

    fn state_query(&self) -> Account {
        Account::of(&self.account)
    }

    fn process(&self, account: &Account) -> Result<Vec<AccountEvent>, Refused> {
        if account.owner.is_none() {
            return Err(Refused("the account is not open"));
        }
        let deposited = || AccountEvent::Deposited { account_id: self.account.clone(), amount: self.amount };
        Ok((0..self.times).map(|_| deposited()).collect())
    }
}

/// Moves money.
pub(super) struct Transfer {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) amount: i64,
}

impl Decision for Transfer {
    type Event = AccountEvent;
    type StateQuery = (Account, Account);
    type Error = Refused;

    fn state_query(&self) -> (Account, Account) {
        (Account::of(&self.from), Account::of(&self.to))
    }

    fn process(&self, (from, to): &(Account, Account)) -> Result<Vec<AccountEvent>, Refused> {
        if from.owner.is_none() || to.owner.is_none() {
            return Err(Refused("the account is not open"));
        }
        if from.balance < self.amount {
            return Err(Refused("there is not enough money in the account"));
        }
        let withdrawn = AccountEvent::Withdrawn { account_id: self.from.clone(), amount: self.amount };
        Ok(vec![withdrawn, AccountEvent::Deposited { account_id: self.to.clone(), amount: self.amount }])
    }
}
