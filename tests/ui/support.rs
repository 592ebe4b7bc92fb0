//! What most cases need: a key in one word, and a bank with a vault beside its accounts.

#![allow(dead_code, unused_macros, unused_imports)]

/// Declares a key.
macro_rules! key {
    ($name:ident) => {
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

pub mod bank {
    use foldline::prelude::*;

    key!(AccountId);
    key!(VaultId);

    #[derive(Debug, Clone, Default)]
    pub struct Account {
        pub balance: u64,
        pub vault: Option<VaultId>,
    }

    #[stream(key = AccountId)]
    impl Account {
        #[event]
        fn deposited(&mut self, amount: u64) {
            self.balance += amount;
        }
    }

    #[derive(Debug, Clone, Default)]
    pub struct Vault {
        pub sealed: bool,
    }

    #[stream(key = VaultId)]
    impl Vault {
        #[event]
        fn sealed(&mut self) {
            self.sealed = true;
        }
    }

    #[derive(Debug)]
    pub struct Refused;
}
