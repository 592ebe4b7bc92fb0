use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Deposited(u64),
}

fn main() {}
