use foldline::Event;

#[derive(Event)]
#[event(category = "account")]
union Deposited {
    amount: u64,
}

fn main() {}
