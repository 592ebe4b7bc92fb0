//! A stream of the bank, and what an event makes of it.

/// The most that may be moved at once where no guard says otherwise.
const USUAL_CAP: i64 = 100;

/// A stream as it stood somewhere in the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// How many events it had.
    pub version: u64,
    /// What they came to.
    pub value: i64,
}

impl State {
    pub(super) fn exists(self) -> bool {
        self.version > 0
    }

    /// The most that this guard allows to be moved at once.
    #[must_use]
    pub(crate) fn cap(self) -> i64 {
        if self.exists() { self.value } else { USUAL_CAP }
    }
}

/// What an event does to its stream's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It becomes this.
    Set(i64),
    /// It grows by this.
    Add(i64),
}

impl Change {
    /// A stream after it.
    #[must_use]
    pub(crate) fn on(self, state: State) -> State {
        let value = match self {
            Self::Set(value) => value,
            Self::Add(value) => state.value.saturating_add(value),
        };
        State { version: state.version + 1, value }
    }
}
