use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank::*;

#[derive(Debug, Clone, Default)]
struct Holdings {
    total: u64,
}

#[derive(Debug, Clone, Default)]
struct Safe {
    open: bool,
}

key!(SafeId);

#[stream(key = SafeId)]
impl Safe {
    #[event]
    fn opened(&mut self, _by: String) {
        self.open = true;
    }

    #[event]
    fn closed(&mut self) {
        self.open = false;
    }
}

#[projection]
impl Holdings {
    #[on(SafeEvent::Opened)]
    fn opened(&mut self, _safe: SafeId, by: String) {
        self.total += by.len() as u64;
    }

    #[on(SafeEvent::Closed)]
    fn closed(&mut self, _safe: AccountId) {
        self.total += 1;
    }
}

fn main() {}
