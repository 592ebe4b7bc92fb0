//! A domain to which Foldline goes by another name.
//!
//! That this crate compiles is the test of `crate = …`: a path that the macros spell `::foldline` leads nowhere here.

use std::{fmt, num::ParseIntError, str::FromStr};

use events::prelude::*;

/// Names one bell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BellId(u8);

impl fmt::Display for BellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for BellId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// A bell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bell {
    /// How often it rang.
    pub rang: u64,
}

#[stream(key = BellId, crate = events)]
impl Bell {
    /// Somebody rang it.
    #[event]
    fn rung(&mut self, times: u64) {
        self.rang += times;
    }
}

/// An enum of facts by itself.
#[derive(Debug, Clone, PartialEq, Eq, Event)]
#[event(category = "clapper", crate = events)]
pub enum ClapperEvent {
    /// It fell off.
    Fell,
}

/// Rings a bell, and its echo.
#[derive(Debug, Command)]
#[command(crate = events, follow(echo: Option<BellId> = bell.exists().then_some(BellId(self.bell.0 + 1))))]
pub struct Ring {
    #[stream]
    bell: BellId,
    #[stream(read)]
    others: Vec<BellId>,
    times: u64,
}

impl Decide for Ring {
    type Error = &'static str;

    fn decide(&self, streams: &mut RingStreams) -> Result<(), &'static str> {
        ensure!(streams.others.values().all(|bell| bell.rang == 0), "one at a time");
        streams.bell.rung(self.times);
        if let Some(echo) = &mut streams.echo {
            echo.rung(self.times);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use events::testing::given;

    use super::*;

    #[test]
    fn a_bell_rings() {
        let ring = || Ring { bell: BellId(1), others: vec![BellId(7)], times: 2 };
        given().when(ring()).then(&BellId(1), [BellEvent::Rung { times: 2 }]).and_nothing_else();
        given().stream(&BellId(7), [BellEvent::Rung { times: 1 }]).when(ring()).rejected("one at a time");
    }
}
