use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {},
    #[event(was = "account.paid_in")]
    Deposited {
        amount: u64,
    },
}

fn main() {}
