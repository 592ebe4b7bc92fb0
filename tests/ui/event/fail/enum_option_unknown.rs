use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(categroy = "account")]
enum AccountEvent {
    Deposited { amount: u64 },
}

fn main() {}
