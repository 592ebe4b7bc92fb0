use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
struct Deposited {
    amount: u64,
}

fn main() {}
