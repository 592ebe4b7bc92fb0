//! What the clock says of positions.

use super::{
    book::Book,
    record::{Answer, History},
};

/// How far the log had surely come by a time, and how far it had surely not.
#[derive(Debug)]
pub(super) struct Timeline {
    /// By this time somebody had been told of this position.
    told: Vec<(u64, u64)>,
    /// What is behind this position was asked for at this time or later.
    asked: Vec<(u64, u64)>,
}

impl Timeline {
    pub(super) fn of(history: &History, log: &Book) -> Self {
        let answers = history.answered.values().filter_map(|(at, answer)| match answer {
            Answer::Accepted { position, .. } | Answer::Replayed { position, .. } => Some((*at, (*position)?)),
            Answer::Looked(saw) => Some((*at, log.span(saw.0, saw.1)?.0)),
            _ => None,
        });
        let tails =
            history.tails.iter().flatten().filter_map(|page| Some((page.at, log.whole(page.events.last()?.0).1)));
        let mut told: Vec<(u64, u64)> = answers.chain(tails).collect();
        told.sort_unstable();
        let mut furthest = 0;
        for (_, position) in &mut told {
            furthest = furthest.max(*position);
            *position = furthest;
        }
        let mut asked: Vec<(u64, u64)> = log
            .commits()
            .filter_map(|(_, facts)| {
                let first = facts.first()?;
                Some((history.asked.get(&first.call?)?.at, first.position - 1))
            })
            .collect();
        asked.sort_unstable();
        let mut nearest = u64::MAX;
        for (_, position) in asked.iter_mut().rev() {
            nearest = nearest.min(*position);
            *position = nearest;
        }
        Self { told, asked }
    }

    /// Whatever was asked at this time comes behind this position.
    pub(super) fn reached(&self, at: u64) -> u64 {
        let before = self.told.partition_point(|(told, _)| *told < at);
        before.checked_sub(1).and_then(|index| self.told.get(index)).map_or(0, |(_, position)| *position)
    }

    /// Whatever was answered at this time was true at this position or before it.
    pub(super) fn until(&self, at: u64) -> u64 {
        let after = self.asked.partition_point(|(asked, _)| *asked <= at);
        self.asked.get(after).map_or(u64::MAX, |(_, position)| *position)
    }
}
