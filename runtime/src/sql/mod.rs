//! What the stores on an SQL database have in common: connections that read, rows as events, pages, the schema's history,
//! and an eye on the head.

pub(crate) mod faults;
pub(crate) mod keys;
pub(crate) mod meter;
pub(crate) mod migrations;
pub(crate) mod numbers;
pub(crate) mod pages;
pub(crate) mod pool;
pub(crate) mod projections;
pub(crate) mod rows;
pub(crate) mod watch;
