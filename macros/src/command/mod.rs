//! `#[derive(Command)]`: the streams that a command touches, from its fields.

mod attrs;
mod check;
mod emit;
mod model;

pub(crate) use self::{check::check, emit::emit, model::Model};
