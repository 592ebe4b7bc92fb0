//! One driver a system.
//!
//! A further system is a file here that implements [`System`] and [`Bank`](crate::bank::Bank), and a line in [`all`].

mod books;
mod eventcore;
mod eventcore_bank;
mod foldline;
mod foldline_bank;
mod insert;
mod rows;
mod unnest;

use crate::bank::{Place, System};

/// Every system, in the order of tables.
pub(crate) fn all() -> Vec<Box<dyn System>> {
    vec![
        Box::new(foldline::Foldline::CACHED),
        Box::new(foldline::Foldline::UNCACHED),
        Box::new(eventcore::EventCore::USUAL),
        Box::new(eventcore::EventCore::PATIENT),
        Box::new(eventcore::EventCore::SNAPSHOTS),
        Box::new(insert::Insert),
        Box::new(unnest::Unnest),
        Box::new(foldline::Foldline::SQLITE),
        Box::new(foldline::Foldline::SQLITE_UNCACHED),
        Box::new(eventcore::EventCore::SQLITE),
        Box::new(rows::Rows),
        Box::new(foldline::Foldline::MEMORY),
        Box::new(eventcore::EventCore::MEMORY),
    ]
}

/// The system that ratios are told against.
pub(crate) fn reference(place: Place) -> &'static str {
    match place {
        Place::Postgres => "eventcore",
        Place::Sqlite => "eventcore-sqlite",
        Place::Memory => "eventcore-memory",
    }
}

/// Foldline with a cache, whose conflicts nobody tries again: they show.
pub(crate) const FOLDLINE_UNFORGIVING: foldline::Foldline = foldline::Foldline::UNFORGIVING;

/// Foldline as one gets it.
pub(crate) const FOLDLINE: foldline::Foldline = foldline::Foldline::CACHED;
