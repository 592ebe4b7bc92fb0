//! Every attribute once.

use std::collections::{BTreeMap, BTreeSet};

use foldline::prelude::*;

use crate::{CounterId, keys::ShelfId};

/// A counter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counter {
    /// How far it has come.
    pub total: u64,
    /// Where it stands.
    pub shelf: Option<u32>,
}

#[stream(key = CounterId, name = "tally", derive(Eq))]
impl Counter {
    /// Something was counted.
    #[event(name = "tally.counted", was("tally.added"), version = 2)]
    fn counted(&mut self, by: u64, #[serde(default)] _names: Vec<String>) {
        self.total += by;
    }

    /// It was put onto a shelf.
    #[event]
    fn shelved(&mut self, place: u32) {
        self.shelf = Some(place);
    }

    #[event]
    fn cleared(&mut self) {
        self.total = 0;
    }

    #[event]
    #[cfg(any())]
    fn broken(&mut self, by: Unknown) {
        self.total = by;
    }

    /// Whether nothing was counted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.total == 0
    }
}

/// A shelf, which only this crate knows.
#[derive(Debug, Clone, Default)]
pub struct Shelf;

#[stream(key = ShelfId)]
impl Shelf {
    /// Somebody dusted it.
    #[event]
    fn dusted(&mut self) {
        *self = Self;
    }
}

/// An enum of facts by itself.
#[derive(Debug, Clone, PartialEq, Eq, Event)]
#[event(category = "tick")]
pub enum Tick {
    /// It ticked.
    Ticked,
    /// It was set.
    #[event(version = 3)]
    Set {
        /// To what.
        to: u64,
    },
}

/// Counts.
#[derive(Debug, Clone, Command)]
#[command(name = "count", follow(shelf: Option<ShelfId> = counter.shelf.map(ShelfId)))]
pub struct Count {
    /// Where.
    #[stream]
    pub counter: CounterId,
    /// How much.
    pub by: u64,
}

impl Decide for Count {
    type Error = Full;

    fn decide(&self, streams: &mut CountStreams) -> Result<(), Full> {
        let total = streams.counter.total.checked_add(self.by);
        ensure!(total.is_some(), Full);
        streams.counter.counted(self.by, Vec::new());
        if let Some(shelf) = &mut streams.shelf {
            shelf.dusted();
        }
        Ok(())
    }
}

/// It cannot count any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// Moves a count from some counters to a new one.
#[derive(Debug, Command)]
#[command(streams = Moving)]
pub struct Move<'a, const N: usize> {
    #[stream(existing, or = Full)]
    from: &'a [CounterId; N],
    #[stream(new)]
    to: CounterId,
}

impl<const N: usize> Decide for Move<'_, N> {
    type Error = Full;

    fn decide(&self, streams: &mut Moving<N>) -> Result<(), Full> {
        for counter in streams.from.values_mut() {
            let total = counter.total;
            counter.cleared();
            streams.to.counted(total, Vec::new());
        }
        Ok(())
    }
}

/// Clears a counter, of whatever is named so.
#[derive(Debug, Command)]
pub struct Clear<T>
where
    T: Into<u64> + Copy + Send,
{
    #[stream(existing)]
    counter: CounterId,
    #[stream(read)]
    others: BTreeSet<CounterId>,
    least: T,
}

impl<T: Into<u64> + Copy + Send> Decide for Clear<T> {
    type Error = Full;

    fn decide(&self, streams: &mut ClearStreams) -> Result<(), Full> {
        ensure!(streams.others.values().all(|other| other.total >= self.least.into()), Full);
        streams.counter.cleared();
        Ok(())
    }
}

/// Puts counters onto shelves.
#[derive(Debug, Command)]
pub struct Tidy<'a> {
    #[stream]
    counters: BTreeMap<CounterId, &'a str>,
    #[stream]
    first: Option<ShelfId>,
}

impl Decide for Tidy<'_> {
    type Error = Full;

    fn decide(&self, streams: &mut TidyStreams) -> Result<(), Full> {
        for (key, counter) in &mut streams.counters {
            counter.shelved(u32::from(self.counters[key].is_empty()));
        }
        if let Some(shelf) = &mut streams.first {
            shelf.dusted();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use foldline::testing::given;

    use super::*;

    fn counted(by: u64) -> CounterEvent {
        CounterEvent::Counted { by, names: Vec::new() }
    }

    #[test]
    fn each_of_them_runs() {
        let (one, two) = (CounterId(1), CounterId(2));
        given()
            .stream(&one, [counted(1), CounterEvent::Shelved { place: 7 }])
            .when(Count { counter: one, by: 2 })
            .then(&one, [counted(2)])
            .then(&ShelfId(7), [ShelfEvent::Dusted])
            .and_nothing_else();
        given()
            .stream(&one, [counted(3)])
            .when(Move { from: &[one], to: two })
            .then(&one, [CounterEvent::Cleared])
            .then(&two, [counted(3)])
            .and_nothing_else();
        given().when(Move { from: &[one], to: two }).rejected(Full);
        given().when(Clear { counter: one, others: BTreeSet::from([two]), least: 1_u32 }).not_found(&one);
        given()
            .when(Tidy { counters: BTreeMap::from([(one, "")]), first: Some(ShelfId(1)) })
            .then(&one, [CounterEvent::Shelved { place: 1 }])
            .then(&ShelfId(1), [ShelfEvent::Dusted])
            .and_nothing_else();
    }
}
