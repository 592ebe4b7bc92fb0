//! Small questions to a syntax tree.

pub(crate) mod attributes;
pub(crate) mod generics;
pub(crate) mod options;
pub(crate) mod types;
