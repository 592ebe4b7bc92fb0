//! What can only be seen once `#[cfg]` has been: checks that run while the user's program is compiled.

pub(crate) mod refusal;
pub(crate) mod told_apart;
