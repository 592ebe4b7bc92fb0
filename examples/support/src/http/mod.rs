//! A domain over HTTP: JSON in, JSON or a problem out.

mod answer;
mod api;
mod conditions;
mod document;
mod events;
mod input;
mod probes;
mod problem;
mod serve;

#[cfg(feature = "testing")]
pub(crate) use self::document::broken_references;
pub use self::{
    answer::Answer,
    api::{Api, Service},
    conditions::Conditions,
    events::events,
    input::{Body, Id, Params},
    probes::metrics,
    problem::Problem,
    serve::{ServeArgs, serve},
};
