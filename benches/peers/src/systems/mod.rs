//! One driver a system.
//!
//! A further system is a file here that implements [`System`] and [`Bank`](crate::bank::Bank), and a line in [`all`].

mod books;
mod cqrs;
mod cqrs_bank;
mod disintegrate;
mod disintegrate_bank;
mod eventcore;
mod eventcore_bank;
mod foldline;
mod foldline_bank;
mod insert;
mod retry;
mod rows;
mod unnest;

use crate::bank::{Place, System};

/// Every system, in the order of tables.
pub(crate) fn all() -> Vec<Box<dyn System>> {
    vec![
        Box::new(foldline::Foldline::CACHED),
        Box::new(foldline::Foldline::UNCACHED),
        Box::new(foldline::Foldline::UNFORGIVING),
        Box::new(eventcore::EventCore::USUAL),
        Box::new(eventcore::EventCore::PATIENT),
        Box::new(eventcore::EventCore::SNAPSHOTS),
        Box::new(disintegrate::Disintegrate::USUAL),
        Box::new(disintegrate::Disintegrate::SNAPSHOTS),
        Box::new(cqrs::Cqrs::USUAL),
        Box::new(cqrs::Cqrs::SNAPSHOTS),
        Box::new(insert::Insert),
        Box::new(unnest::Unnest),
        Box::new(foldline::Foldline::SQLITE),
        Box::new(foldline::Foldline::SQLITE_UNCACHED),
        Box::new(eventcore::EventCore::SQLITE),
        Box::new(rows::Rows),
        Box::new(foldline::Foldline::MEMORY),
        Box::new(eventcore::EventCore::MEMORY),
        Box::new(cqrs::Cqrs::MEMORY),
    ]
}

/// Their names.
pub(crate) fn names() -> Vec<&'static str> {
    all().iter().map(|system| system.name()).collect()
}

/// Those on PostgreSQL that charts show, each in a colour of its own. Variants for one workload stay in the tables.
pub(crate) const CHARTED: [&str; 7] =
    ["foldline", "foldline-uncached", "eventcore", "disintegrate", "cqrs-es", "limit-insert", "limit-unnest"];

/// Variants of a system for one kind of workload: in the tables of others they would only take up room.
pub(crate) const VARIANTS: [&str; 4] =
    ["eventcore-patient", "eventcore-snapshots", "disintegrate-snapshots", "cqrs-es-snapshots"];

/// Whether a wrong answer is ours to mend: it fails the run. Another system's shows in its row.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("foldline") || name.starts_with("limit")
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
