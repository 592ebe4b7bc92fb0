//! How two events that only some builds have both get no stored name in common.
//!
//! Of two that are always there the macro sees it, and points at the name. Which of the others there are only the
//! compiler knows, after the macro.

use super::refusal::{Text, is_among, refuse, same};
use crate::event::EventType;

/// Refuses a catalogue in which another event has a stored name, present or past, of this variant's.
#[track_caller]
pub const fn told_apart(variant: &str, types: &[EventType]) {
    let mut at = 0;
    while at < types.len() {
        if same(types[at].variant.as_bytes(), variant.as_bytes()) {
            alone(at, types);
        }
        at += 1;
    }
}

#[track_caller]
const fn alone(at: usize, types: &[EventType]) {
    let mut other = 0;
    while other < types.len() {
        if other != at
            && let Some(name) = shared(&types[at], &types[other])
        {
            refuse(
                Text::new()
                    .then("`")
                    .then(types[other].variant)
                    .then("` is stored as \"")
                    .then(name)
                    .then("\" too in this build: give one of the two another name with `#[event(name = \"…\")]`")
                    .text(),
            );
        }
        other += 1;
    }
}

/// A name that both are, or were, stored under.
const fn shared(one: &EventType, other: &EventType) -> Option<&'static str> {
    if goes_by(other, one.name) {
        return Some(one.name);
    }
    let mut at = 0;
    while at < one.was.len() {
        if goes_by(other, one.was[at]) {
            return Some(one.was[at]);
        }
        at += 1;
    }
    None
}

const fn goes_by(one: &EventType, name: &str) -> bool {
    same(one.name.as_bytes(), name.as_bytes()) || is_among(name, one.was)
}
