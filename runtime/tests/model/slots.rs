//! The slots of one process: `executor/slots.rs`, and what a settled ticket means to all who hold it.

use crate::{
    small::{Id, View},
    state::{Phase, Process, STREAMS, Scenario, Slot, World},
};

/// How a ticket ended, as far as states are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Durable,
    Nothing,
}

impl Slot {
    pub(crate) fn put(&mut self, state: View, ticket: Id, scenario: &Scenario) {
        // A stream without events is not worth a place; without a cache, nor is what is durable; and what failed never is.
        if !state.is_nothing() && ticket != Id::FAILED && (scenario.keeps || ticket.is_some()) {
            (self.state, self.ticket) = (state, ticket);
        }
    }

    pub(crate) fn take(&mut self) -> (View, Id) {
        (std::mem::take(&mut self.state), std::mem::take(&mut self.ticket))
    }

    /// Drops what a refusal has shown to be wrong.
    pub(crate) fn drop_stale(&mut self, seen: View, actual: Option<u8>) {
        let is_seen = self.state.version() == seen.version() && self.state.last() == seen.last();
        if is_seen || actual.is_some_and(|actual| self.state.version() < actual) {
            (self.state, self.ticket) = (View::NOTHING, Id::NONE);
        }
    }

    fn settle(&mut self, id: Id, end: End, scenario: &Scenario) {
        if self.under_way == id {
            self.under_way = Id::NONE;
        }
        if self.ticket != id {
            return;
        }
        match end {
            End::Durable if scenario.keeps => self.ticket = Id::NONE,
            // Nobody looks at the ticket: the command that waits for it is to tell the slot.
            End::Nothing if !scenario.rules.validity_is_read => {}
            End::Durable => (self.state, self.ticket) = (View::NOTHING, Id::NONE),
            End::Nothing => {
                if !scenario.rules.base_is_durable {
                    self.failed = self.state;
                }
                (self.state, self.ticket) = (View::NOTHING, Id::NONE);
            }
        }
    }
}

/// Everyone in a process who holds a commit's ticket would now read its end from it.
pub(crate) fn settle(world: &mut World, process: usize, id: Id, end: End, scenario: &Scenario) {
    settle_slots(&mut world.processes[process], id, end, scenario);
    for (command, plan) in scenario.plans.iter().enumerate().filter(|(_, plan)| plan.process == process) {
        let state = &mut world.commands[command];
        for stream in (0..STREAMS).filter(|stream| plan.opens(*stream)) {
            if state.bases[stream] == id {
                let fails = end == End::Nothing && scenario.rules.validity_is_read;
                state.bases[stream] = if fails { Id::FAILED } else { Id::NONE };
            }
        }
        // It decides on what it stands on once that has ended.
        if state.phase == Phase::Settling && !state.bases.iter().any(|base| base.is_pending()) {
            state.phase = Phase::Reserving;
        }
    }
}

fn settle_slots(process: &mut Process, id: Id, end: End, scenario: &Scenario) {
    process.slots.iter_mut().for_each(|slot| slot.settle(id, end, scenario));
}
