//! Every attribute of projections once.

use std::collections::BTreeMap;

use foldline::{RawEvent, prelude::*};

use crate::{CounterEvent, CounterId, ShelfId, every_attribute::ShelfEvent};

/// What stands on each shelf.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// How often something was counted.
    pub counted: u64,
    places: BTreeMap<u32, CounterId>,
}

#[projection(name = "inventory", ignore(CounterEvent::Cleared), partition_by = key)]
impl Inventory {
    #[on(CounterEvent::Counted)]
    fn counted(&mut self, _: CounterId, by: u64, record: &RawEvent) -> Result<(), &'static str> {
        self.counted = self.counted.checked_add(by * record.version().min(1)).ok_or("too much")?;
        Ok(())
    }

    /// It was put somewhere.
    #[on(CounterEvent::Shelved)]
    fn shelved(&mut self, counter: CounterId, place: u32) {
        self.places.insert(place, counter);
    }

    #[on(ShelfEvent::Dusted)]
    fn dusted(&mut self, place: ShelfId) {
        self.places.remove(&place.0);
    }

    /// How many shelves are dusty.
    #[must_use]
    pub fn dusty(&self) -> usize {
        self.places.len()
    }
}
