use foldline::Event;

#[derive(Debug, Clone, PartialEq)]
struct Coin;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Deposited { coin: Coin },
}

fn main() {}
