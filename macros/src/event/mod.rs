//! `#[derive(Event)]`, and what it shares with `#[stream]`: an enum of facts, and how they are stored.

mod attrs;
mod category;
mod check;
mod emit;
mod field_names;
mod model;
mod stored;

pub(crate) use self::{
    attrs::FactOptions,
    category::check as check_category,
    check::check,
    emit::emit,
    model::{Fact, Facts, Field, from_enum},
};
