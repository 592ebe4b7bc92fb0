//! What a command wants of a stream.

/// How a declared stream is opened: for writing or reading, and whether it must exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Access {
    pub(crate) writes: bool,
    pub(crate) presence: Presence,
}

/// Whether a stream must, or must not, have events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Any,
    Missing,
    Required,
}

impl Access {
    /// Read, checked, and may be written: `#[stream]`.
    pub const fn write() -> Self {
        Self { writes: true, presence: Presence::Any }
    }

    /// Read and checked: `#[stream(read)]`.
    pub const fn read() -> Self {
        Self { writes: false, presence: Presence::Any }
    }

    /// Must not exist yet: `#[stream(new)]`. Nothing is read.
    #[expect(clippy::new_without_default, reason = "`new` is the word of the language, not a constructor")]
    pub const fn new() -> Self {
        Self { writes: true, presence: Presence::Missing }
    }

    pub(crate) fn is_new(self) -> bool {
        self.presence == Presence::Missing
    }

    /// The same, of a stream that must have events: `#[stream(existing)]`.
    pub const fn existing(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }
}
