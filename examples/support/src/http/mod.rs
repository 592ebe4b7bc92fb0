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
mod underway;

use self::{answer::Answer, events::events};
pub use self::{
    api::{Api, Asks, WithPosition},
    input::{Body, Id, Params},
    probes::metrics,
    problem::Problem,
    serve::{ServeArgs, serve},
};
