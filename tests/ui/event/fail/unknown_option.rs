use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {},
    #[event(versoin = 2)]
    Deposited {
        amount: u64,
    },
}

fn main() {}
