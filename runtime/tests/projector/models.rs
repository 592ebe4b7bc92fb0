//! Read models over tallies, written by hand.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use foldline_runtime::{Delivery, Projection, ProjectionError, Stream};
use serde::{Deserialize, Serialize};

use crate::common::{Name, Tally, TallyEvent};

/// What was added to each tally, in order. It chokes on some notes until it is cured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sums<const CODE: u64 = 0> {
    pub(crate) by_name: BTreeMap<String, Vec<i64>>,
    /// How many events it met, whatever they were.
    pub(crate) met: u64,
    #[serde(skip)]
    pub(crate) cured: Arc<AtomicBool>,
}

impl<const CODE: u64> Projection for Sums<CODE> {
    const NAME: &'static str = "sums";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];
    const CODE: u64 = CODE;

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(name) = delivery.key()?;
        match delivery.event()? {
            TallyEvent::Added { n } => self.by_name.entry(name).or_default().push(n),
            TallyEvent::Noted { text } if text == "poison" && !self.cured.load(Ordering::SeqCst) => {
                return Err(ProjectionError::handler("it cannot stand poison"));
            }
            TallyEvent::Noted { text } if text == "explosion" && !self.cured.load(Ordering::SeqCst) => {
                // Half done.
                self.by_name.entry(name).or_default().push(666);
                panic!("it exploded");
            }
            _ => {}
        }
        self.met += 1;
        Ok(())
    }
}

impl<const CODE: u64> Sums<CODE> {
    pub(crate) fn of(&self, name: &str) -> &[i64] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}
