//! A model of how a command becomes durable: slots, lanes, tickets, the planner, lost answers, the serial log. It is gone
//! through in every order in which its steps can happen.
//!
//! Where a step of the code cannot be interrupted, a step of the model is one. With every rule kept nothing goes wrong
//! (`whole.rs`); with any of them taken out, something does (`taken_out.rs`). The stories that are found are printed when a
//! test fails, and always with `--nocapture`. What is modelled, and what not: `docs/adr/0013-the-protocol-model.md`.

mod ends;
mod executor;
mod log;
mod properties;
mod rules;
mod scenarios;
mod search;
mod slots;
mod small;
mod state;
mod steps;
mod taken_out;
mod whole;
mod writer;
