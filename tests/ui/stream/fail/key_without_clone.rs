use foldline::prelude::*;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct AccountId(u64);

impl std::str::FromStr for AccountId {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug, Clone, Default)]
struct Account {
    balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }
}

fn main() {}
