use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

#[projection]
#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

fn main() {}
