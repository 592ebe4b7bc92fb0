use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {},
    #[event(version = 2)]
    #[event(name = "account.credited")]
    Deposited {
        amount: u64,
    },
}

fn main() {}
