//! How a projection that forgets an event does not compile.
//!
//! A `match` without the forgotten arm would not compile either, but the compiler would ask for an arm of a `match` that
//! the user never wrote.

use crate::event::EventType;

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

#[track_caller]
#[expect(clippy::panic, reason = "it runs while the user's program is compiled, and this is how it refuses")]
const fn refuse(why: &str) -> ! {
    panic!("{}", why)
}

const fn is_among(word: &str, words: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len() {
        if same(word.as_bytes(), words[at].as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A text put together while a program is compiled. What does not fit is left off, from a whole piece on.
struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 1024], length: 0 }
    }

    const fn then(mut self, piece: &str) -> Self {
        let piece = piece.as_bytes();
        if self.length + piece.len() > self.bytes.len() {
            return self;
        }
        let mut at = 0;
        while at < piece.len() {
            self.bytes[self.length + at] = piece[at];
            at += 1;
        }
        self.length += piece.len();
        self
    }

    const fn text(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "an event is forgotten",
        }
    }
}
