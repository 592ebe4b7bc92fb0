use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {},
    #[event(version = 0)]
    Deposited {
        amount: u64,
    },
    #[event(version = 2_147_483_648)]
    Withdrawn {
        amount: u64,
    },
}

fn main() {}
