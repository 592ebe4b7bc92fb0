//! The identity of a commit.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

/// Names one attempt to commit, for ever and across processes.
///
/// A `UUIDv7`: ordered by time, and fresh for every attempt. It stands on every event of its commit, it is what a
/// later commit names when it says what it saw, and it settles what became of a commit whose answer was lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommitId(Uuid);

impl CommitId {
    /// An id that nobody has used.
    #[must_use]
    pub fn fresh() -> Self {
        // Not `Uuid::now_v7`: its shared counter is a lock that every command of a process would take.
        Self(Uuid::new_v7(Timestamp::now(NoContext)))
    }

    /// The id as 128 bits, for stores.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0.as_u128()
    }

    /// The id a store kept as 128 bits.
    #[must_use]
    pub const fn from_u128(bits: u128) -> Self {
        Self(Uuid::from_u128(bits))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CommitId({})", self.0)
    }
}

/// A text that is no commit id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a commit id: write the UUID that a commit was answered with")]
pub struct ParseCommitIdError {
    text: String,
}

impl FromStr for CommitId {
    type Err = ParseCommitIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self).map_err(|_| ParseCommitIdError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_differ_and_survive_their_text() {
        let (one, two) = (CommitId::fresh(), CommitId::fresh());
        assert_ne!(one, two);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_eq!(CommitId::from_u128(one.as_u128()), one);
        assert!("yesterday".parse::<CommitId>().is_err());
    }
}
