use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {},
    #[cfg(all())]
    #[event(name = "account.opened")]
    Deposited {
        amount: u64,
    },
}

fn main() {}
