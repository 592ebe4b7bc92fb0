//! `#[projection]`: a read model from an impl block of its handlers.

mod attrs;
mod check;
mod code;
mod emit;
mod model;

pub(crate) use self::{check::check, emit::emit, model::Model};
