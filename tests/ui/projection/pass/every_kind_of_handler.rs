//! Handlers of every kind, side by side: several events, fields by name, the record, results, `cfg`, methods of one's own.

use std::collections::BTreeMap;

use foldline::{Projection, ProjectionError, RawEvent, prelude::*};

#[macro_use]
#[path = "../../support.rs"]
mod support;

use support::bank;

key!(SafeId);

#[derive(Debug, Clone, Default)]
pub struct Safe {
    open: bool,
}

#[stream(key = SafeId, events = Happened)]
impl Safe {
    #[event]
    fn opened(&mut self, _by: String, _type: u8) {
        self.open = true;
    }

    #[event]
    fn forced(&mut self, _by: String) {
        self.open = true;
    }

    #[event]
    fn closed(&mut self) {
        self.open = false;
    }

    #[event]
    fn painted(&mut self) {}

    // No name is taken, whatever the generated code calls its own.
    #[event]
    fn supplied(&mut self, _delivery: u64, _category: u8, _returned: bool) {}

    #[event]
    #[cfg(any())]
    fn flown_away(&mut self) {}
}

#[derive(Debug, Clone, Default)]
struct Visits {
    by: BTreeMap<String, Vec<u64>>,
    types: Vec<u8>,
    total: u64,
}

#[derive(Debug)]
struct TooMuch;

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too much")
    }
}

impl std::error::Error for TooMuch {}

#[projection(name = "visitors", ignore(Happened::Painted), partition_by = key, code = 7)]
impl Visits {
    #[on(Happened::Opened, Happened::Forced)]
    fn entered(&mut self, safe: SafeId, record: &RawEvent, by: String) {
        self.by.entry(by).or_default().push(safe.0 + record.position());
    }

    #[on(Happened::Closed)]
    fn left(&mut self, _: SafeId) -> Result<(), String> {
        self.count()
    }

    #[on(bank::AccountEvent::Deposited)]
    fn paid(&mut self, _account: bank::AccountId, amount: u64) -> Result<(), TooMuch> {
        self.total = self.total.checked_add(amount).ok_or(TooMuch)?;
        Ok(())
    }

    #[on(Happened::Supplied)]
    fn supplied(&mut self, _safe: SafeId, delivery: u64, category: u8, returned: bool) {
        self.total += if returned { delivery } else { u64::from(category) };
    }

    #[on(Happened::FlownAway)]
    #[cfg(any())]
    fn flown_away(&mut self, _safe: SafeId) {}

    fn count(&mut self) -> Result<(), String> {
        if self.types.len() > 9 { Err("too many".into()) } else { Ok(()) }
    }
}

fn demand<P: Projection>() -> (&'static str, &'static [&'static str], u64, bool) {
    (P::NAME, P::CATEGORIES, P::CODE, P::PARTITIONED)
}

fn main() {
    assert_eq!(demand::<Visits>(), ("visitors", &["safe", "account"][..], 7, true));
    let _: fn(&mut Visits, foldline::Delivery<'_>) -> Result<(), ProjectionError> = Visits::apply;
    let _ = InMemory::new(Visits::default());
}
