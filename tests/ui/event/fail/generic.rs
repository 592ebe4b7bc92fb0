use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent<T> {
    Deposited { amount: T },
}

fn main() {}
