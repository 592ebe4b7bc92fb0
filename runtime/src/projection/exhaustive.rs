//! How a projection that forgets an event does not compile.
//!
//! A `match` without the forgotten arm would not compile either, but the compiler would ask for an arm of a `match` that
//! the user never wrote.

use crate::{
    compiling::refusal::{Text, is_among, refuse},
    event::EventType,
};

/// Refuses a projection that names some of a catalogue's events, and forgets others.
#[track_caller]
pub const fn forgets_nothing(projection: &str, events: &str, types: &[EventType], named: &[&str]) {
    let mut at = 0;
    while at < types.len() {
        let variant = types[at].variant;
        if variant.is_empty() {
            refuse(
                Text::new()
                    .then("the catalogue of `")
                    .then(events)
                    .then("` does not say which variant `")
                    .then(types[at].name)
                    .then("` is: add `.variant(\"…\")` to its `EventType`, or implement `foldline::Projection` by hand")
                    .text(),
            );
        }
        if !is_among(variant, named) {
            refuse(
                Text::new()
                    .then("`")
                    .then(projection)
                    .then("` forgets `")
                    .then(events)
                    .then("::")
                    .then(variant)
                    .then("`: handle it, `#[on(")
                    .then(events)
                    .then("::")
                    .then(variant)
                    .then(")] fn …`, or leave it out on purpose, `#[projection(ignore(")
                    .then(events)
                    .then("::")
                    .then(variant)
                    .then("))]`")
                    .text(),
            );
        }
        at += 1;
    }
}
