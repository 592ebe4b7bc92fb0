use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "bank-account")]
enum AccountEvent {
    Deposited { amount: u64 },
}

fn main() {}
