//! What tests of domains and of stores stand on.

pub mod contract;
