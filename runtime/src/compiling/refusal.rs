//! How a program is refused while it is compiled: a `const` that panics, and the words for it.

/// Ends the user's build with these words.
#[track_caller]
#[expect(clippy::panic, reason = "it runs while the user's program is compiled, and this is how it refuses")]
pub(crate) const fn refuse(why: &str) -> ! {
    panic!("{}", why)
}

/// Whether it is one of them. `contains` cannot be asked in a `const`.
pub(crate) const fn is_among(word: &str, words: &[&str]) -> bool {
    let mut at = 0;
    while at < words.len() {
        if same(word.as_bytes(), words[at].as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two texts have the same bytes.
pub(crate) const fn same(one: &[u8], other: &[u8]) -> bool {
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
pub(crate) struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Text {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 1024], length: 0 }
    }

    pub(crate) const fn then(mut self, piece: &str) -> Self {
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

    pub(crate) const fn text(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.length);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => "this does not hold together",
        }
    }
}
