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
    fn deposited(&mut self, amount: u64) {
        self.total += amount;
    }
}

fn main() {}
