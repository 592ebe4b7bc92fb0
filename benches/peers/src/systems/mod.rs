//! One driver a system.
//!
//! A further system is a file here that implements [`System`] and [`Bank`](crate::bank::Bank), and a line in [`all`].

mod books;
mod eventcore;
mod eventcore_bank;
mod foldline;
mod insert;
mod unnest;

use crate::bank::System;

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
        Box::new(foldline::Foldline::MEMORY),
        Box::new(eventcore::EventCore::MEMORY),
    ]
}

/// The system that ratios are told against, on the database or in memory.
pub(crate) fn reference(in_memory: bool) -> &'static str {
    if in_memory { "eventcore-memory" } else { "eventcore" }
}

/// Foldline with a cache, whose conflicts nobody tries again: they show.
pub(crate) const FOLDLINE_UNFORGIVING: foldline::Foldline = foldline::Foldline::UNFORGIVING;

/// Foldline as one gets it.
pub(crate) const FOLDLINE: foldline::Foldline = foldline::Foldline::CACHED;
