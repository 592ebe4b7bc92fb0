use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

fn main() {
    let _ = InMemory::new(Holdings::default());
}
