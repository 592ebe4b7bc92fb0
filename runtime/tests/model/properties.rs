//! What has to hold, wherever the search comes.

use crate::{
    small::{Id, View},
    state::{Answer, Commit, Phase, Process, Scenario, World},
};

/// An accepted commit saw the truth at its place.
pub(crate) fn saw_the_truth(world: &mut World, commit: &Commit, scenario: &Scenario) {
    let plan = &scenario.plans[commit.id.command()];
    if !plan.streams().all(|stream| commit.saw[stream] == world.log.content(stream)) {
        world.breaks("G2: what was seen is not the truth at the place of the commit");
    }
}

/// A refused one did not: a batch means what its commits mean one after another.
pub(crate) fn refused_for_itself(world: &mut World, commit: &Commit, scenario: &Scenario) {
    let plan = &scenario.plans[commit.id.command()];
    let same_end = |seen: View, actual: View| seen.version() == actual.version() && seen.last() == actual.last();
    if plan.streams().all(|stream| same_end(commit.saw[stream], world.log.content(stream))) {
        world.breaks("G6: refused although all that it saw is true");
    }
    let guessed = |stream: usize| plan.is_new(stream) && commit.saw[stream].is_nothing();
    if scenario.is_undisturbed() && !plan.streams().any(guessed) {
        world.breaks("G6: a process that is alone is told that it was overtaken");
    }
    let is_queued = |id: Id| {
        let process = &world.processes[plan.process];
        !process.crashed && process.queue.as_slice().iter().any(|queued| queued.id == id)
    };
    if plan.streams().any(|stream| is_queued(commit.saw[stream].last())) {
        world.breaks("G6: refused while what it stands on is still to come");
    }
}

/// What an answer without a place of its own saw was the truth at some instant between its question and now.
pub(crate) fn was_true(world: &World, command: usize, scenario: &Scenario) -> bool {
    let (state, plan) = (&world.commands[command], &scenario.plans[command]);
    (state.began..=world.log.head())
        .filter(|head| world.log.is_boundary(*head))
        .any(|head| plan.streams().all(|stream| state.views[stream] == world.log.content_at(stream, head)))
}

/// In every state.
pub(crate) fn check(world: &mut World, scenario: &Scenario) {
    for command in 0..scenario.plans.len() {
        if let Some(broken) = once(world, command, scenario) {
            world.breaks(broken);
        }
    }
    for process in 0..world.processes.len() {
        for stream in 0..world.processes[process].slots.len() {
            let slot = &world.processes[process].slots[stream];
            if !slot.ticket.is_some() && !slot.state.is_prefix_of(world.log.content(stream)) {
                world.breaks("G11: a state that never was is kept as if it were durable");
            }
        }
    }
}

/// Whether the log and a command's answer agree.
fn once(world: &World, command: usize, scenario: &Scenario) -> Option<&'static str> {
    let (state, plan) = (&world.commands[command], &scenario.plans[command]);
    let events = world.log.events();
    let mut found = Id::NONE;
    let mut count = 0;
    for (id, _) in events.iter().filter(|(id, _)| id.command() == command && id.is_some()) {
        if found.is_some() && found != *id {
            return Some("G5: one command is in the log twice");
        }
        (found, count) = (*id, count + 1);
    }
    let writes = (0..plan.access.len()).filter(|stream| plan.writes(*stream)).count();
    if found.is_some() && count != writes {
        return Some("G1: half a commit is in the log");
    }
    if found.is_some() && found.submission() < state.submissions {
        return Some("G5: a commit that was reported failed is in the log");
    }
    match state.phase {
        Phase::Ended(Answer::Recorded) if !found.is_some() => Some("G4: acknowledged, and not in the log"),
        Phase::Ended(Answer::Declined | Answer::AlreadyExists) if found.is_some() => {
            Some("G5: a commit that was reported failed is in the log")
        }
        // It will look again: what it has submitted was told to have come to nothing.
        Phase::Locking | Phase::Loading | Phase::Settling | Phase::Reserving | Phase::Placed if found.is_some() => {
            Some("G5: a commit that was reported failed is in the log")
        }
        _ => None,
    }
}

/// Whether everybody was answered.
pub(crate) fn is_over(world: &World, scenario: &Scenario) -> bool {
    world.commands[..scenario.plans.len()].iter().all(|command| matches!(command.phase, Phase::Ended(_)))
        && world.processes.iter().all(|process| process.queue.is_empty() && process.flight.is_none())
}

/// When everybody was answered: nothing is left behind.
pub(crate) fn rest(world: &World, scenario: &Scenario) -> Option<&'static str> {
    if world.commands.iter().any(|command| !command.held.is_empty()) {
        return Some("G11: a lane stays locked");
    }
    let wrong = |process: &Process| {
        (0..process.slots.len()).any(|stream| {
            let slot = &process.slots[stream];
            slot.ticket.is_some()
                || slot.under_way.is_some()
                || (!scenario.keeps && !slot.state.is_nothing())
                || !slot.state.is_prefix_of(world.log.content(stream))
        })
    };
    world.processes.iter().any(wrong).then_some("G11: a slot is left with a state that came to nothing")
}
