use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
enum AccountEvent {
    Deposited { amount: u64 },
}

fn main() {}
