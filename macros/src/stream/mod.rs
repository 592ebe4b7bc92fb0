//! `#[stream]`: a stream's key, its events and its state, from one impl block.

mod attrs;
mod check;
mod emit;
mod model;

pub(crate) use self::{check::check, emit::emit, model::Model};
