use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

#[projection]
impl Holdings {
    #[on(AccountEvent::Deposited)]
    fn deposited(&mut self) {
        self.total += 1;
    }
}

fn main() {}
