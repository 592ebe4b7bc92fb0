use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Coin;

#[derive(Debug, Clone, Default)]
struct Account {
    coins: usize,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn deposited(&mut self, coin: Coin) {
        let Coin = coin;
        self.coins += 1;
    }
}

fn main() {}
