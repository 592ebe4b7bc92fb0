use foldline::Event;

#[derive(Debug, Clone, Event)]
#[event(category = "account")]
enum AccountEvent {
    Deposited { amount: u64 },
}

fn main() {}
