use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
#[event(category = "konto")]
enum AccountEvent {
    Deposited { amount: u64 },
}

fn main() {}
