//! Checks what several processes did to one log against what a log promises.
//!
//! Every process writes down what it asked for and what it was answered, as [`Line`]s. Afterwards the log is read back, and
//! [`check`] compares the two: each decision has to be the one that a bank of a few lines ([`Request::decide`]) makes at some
//! position between the question and the answer. It knows neither clocks nor stores: the same files give the same verdict.

mod book;
mod checks;
mod fact;
mod name;
mod record;
mod request;
mod state;
mod timeline;
mod violation;

#[cfg(test)]
mod tests;

pub(crate) use self::{
    book::Book,
    fact::Fact,
    name::Name,
    record::{Answer, Asked, Call, History, Line, Recorder, Saw, Tailed},
    request::{Refusal, Request},
    state::State,
    violation::Violation,
};

/// Everything in a history that breaks a promise, in the order of the promises.
#[must_use]
pub(crate) fn check(history: &History, log: &Book) -> Vec<Violation> {
    checks::all(history, log)
}
