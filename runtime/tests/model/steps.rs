//! What can happen next, and what happens then.

use std::fmt;

use crate::{
    log, properties,
    state::{Answer, Budget, Outcome, Phase, Process, STREAMS, Scenario, Slot, World},
};

/// One thing that happens, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Lock(usize, usize),
    Load(usize),
    Reserve(usize),
    Submit(usize),
    Hear(usize, Outcome),
    Send(usize),
    Execute(usize),
    Reply(usize),
    // From here on, what goes wrong.
    Cancel(usize),
    Lose(usize),
    GiveUp(usize),
    Late(usize),
    Crash(usize),
    Evict(usize, usize),
}

impl Step {
    /// Whether it happens by itself, sooner or later: nothing has to go wrong for it.
    pub(crate) fn is_progress(self) -> bool {
        use Step::{Execute, Hear, Load, Lock, Reply, Reserve, Send, Submit};
        matches!(self, Lock(..) | Load(_) | Reserve(_) | Submit(_) | Hear(..) | Send(_) | Execute(_) | Reply(_))
    }
}

/// Everything that can happen next.
pub(crate) fn steps(world: &World, scenario: &Scenario, found: &mut Vec<Step>) {
    found.clear();
    for command in 0..scenario.plans.len() {
        of_command(world, command, scenario, found);
    }
    for process in 0..world.processes.len() {
        of_process(world, process, scenario, found);
    }
    (0..world.late.as_slice().len()).for_each(|nth| found.push(Step::Late(nth)));
}

fn of_command(world: &World, command: usize, scenario: &Scenario, found: &mut Vec<Step>) {
    let (state, process) = (&world.commands[command], scenario.plans[command].process);
    let place = || world.has_place(process, scenario) || state.keeps_place;
    match state.phase {
        // Of several that are the same, the first begins first.
        Phase::Idle if command > 0 && is_twin_idle(world, command, scenario) => return,
        Phase::Idle | Phase::Locking => {
            let next = world.next_lane(command, scenario);
            if let Some(stream) = next.filter(|stream| world.is_free(command, *stream, scenario)) {
                found.push(Step::Lock(command, stream));
            }
        }
        Phase::Loading if world.may_load(command, scenario) => found.push(Step::Load(command)),
        Phase::Reserving if place() => found.push(Step::Reserve(command)),
        Phase::Placed => return found.push(Step::Submit(command)),
        Phase::Told(outcome) => found.push(Step::Hear(command, outcome)),
        Phase::Ended(_) => return,
        Phase::Loading | Phase::Reserving | Phase::Settling | Phase::Submitted => {}
    }
    if world.budget.cancels > 0 && state.phase != Phase::Idle {
        found.push(Step::Cancel(command));
    }
}

fn is_twin_idle(world: &World, command: usize, scenario: &Scenario) -> bool {
    let before = command - 1;
    scenario.plans[before] == scenario.plans[command] && world.commands[before].phase == Phase::Idle
}

fn of_process(world: &World, process: usize, scenario: &Scenario, found: &mut Vec<Step>) {
    let state = &world.processes[process];
    match &state.flight {
        None if state.queue.is_empty() => {}
        None => found.push(Step::Send(process)),
        Some(flight) => {
            found.push(if flight.reply.is_some() { Step::Reply(process) } else { Step::Execute(process) });
            if world.budget.losses > 0 {
                found.extend([Step::Lose(process), Step::GiveUp(process)]);
            }
        }
    }
    let mut own = (0..scenario.plans.len()).filter(|command| scenario.plans[*command].process == process);
    // The first process is the one to crash: they are alike.
    let is_busy = |command: usize| !matches!(world.commands[command].phase, Phase::Ended(_));
    if world.budget.crashes > 0 && process == 0 && !state.crashed && own.any(is_busy) {
        found.push(Step::Crash(process));
    }
    if world.budget.evictions > 0 {
        let evictable = |stream: &usize| is_evictable(world, process, *stream, scenario);
        found.extend((0..STREAMS).filter(evictable).map(|stream| Step::Evict(process, stream)));
    }
}

/// A slot that no command uses, and whose last commit is not under way.
fn is_evictable(world: &World, process: usize, stream: usize, scenario: &Scenario) -> bool {
    let slot = &world.processes[process].slots[stream];
    let is_used = scenario.plans.iter().zip(&world.commands).any(|(plan, command)| {
        plan.process == process && plan.opens(stream) && !matches!(command.phase, Phase::Idle | Phase::Ended(_))
    });
    let is_pending = slot.ticket.is_some() || slot.under_way.is_some();
    let is_pinned = is_used || (is_pending && scenario.rules.pending_is_pinned);
    !slot.state.is_nothing() && !is_pinned
}

/// What the world is after a step.
pub(crate) fn after(before: &World, step: Step, scenario: &Scenario) -> World {
    let mut world = *before;
    match step {
        Step::Lock(command, stream) => world.lock(command, stream, scenario),
        Step::Load(command) => world.load(command, scenario),
        Step::Reserve(command) => world.reserve(command, scenario),
        Step::Submit(command) => world.submit(command, scenario),
        Step::Hear(command, outcome) => world.hear(command, outcome, scenario),
        Step::Send(process) => world.send(process, scenario),
        Step::Execute(process) => world.execute(process, scenario),
        Step::Reply(process) => world.reply(process, scenario),
        Step::Cancel(command) => world.cancel(command, scenario),
        Step::Lose(process) => world.lose(process, scenario),
        Step::GiveUp(process) => world.give_up(process, scenario),
        Step::Late(nth) => {
            let batch = world.late.remove(nth);
            log::execute(&mut world, &batch, false, scenario);
        }
        Step::Crash(process) => crash(&mut world, process, scenario),
        Step::Evict(process, stream) => world.processes[process].slots[stream] = Slot::default(),
    }
    world.budget = spent(world.budget, step);
    properties::check(&mut world, scenario);
    world
}

fn spent(budget: Budget, step: Step) -> Budget {
    let Budget { mut losses, mut crashes, mut cancels, mut evictions } = budget;
    match step {
        Step::Lose(_) | Step::GiveUp(_) => losses -= 1,
        Step::Crash(_) => crashes -= 1,
        Step::Cancel(_) => cancels -= 1,
        Step::Evict(..) => evictions -= 1,
        _ => {}
    }
    Budget { losses, crashes, cancels, evictions }
}

fn crash(world: &mut World, process: usize, scenario: &Scenario) {
    if let Some(flight) = world.processes[process].flight.take() {
        world.leave_behind(&flight);
    }
    world.processes[process] = Process { crashed: true, ..Process::default() };
    for (command, plan) in scenario.plans.iter().enumerate() {
        if plan.process == process && !matches!(world.commands[command].phase, Phase::Ended(_)) {
            world.end(command, Answer::Crashed);
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |stream: usize| ["A", "B", "C"][stream];
        match *self {
            Self::Lock(command, stream) => write!(f, "c{command} locks {}", name(stream)),
            Self::Load(command) => write!(f, "c{command} loads"),
            Self::Reserve(command) => {
                write!(f, "c{command} takes a place, looks at what it stands on, and submits if that stands")
            }
            Self::Submit(command) => write!(f, "c{command} submits, leaves its states and opens its lanes"),
            Self::Hear(command, outcome) => write!(f, "c{command} hears {outcome:?}"),
            Self::Send(process) => write!(f, "process {process} plans, and sends"),
            Self::Execute(process) => write!(f, "the log executes the batch of process {process}"),
            Self::Reply(process) => write!(f, "process {process} has the answer"),
            Self::Cancel(command) => write!(f, "c{command} is cancelled"),
            Self::Lose(process) => write!(f, "process {process} loses the connection, and sends again"),
            Self::GiveUp(process) => write!(f, "process {process} loses the connection, and gives up"),
            Self::Late(nth) => write!(f, "lost batch {nth} arrives late, and is executed"),
            Self::Crash(process) => write!(f, "process {process} crashes"),
            Self::Evict(process, stream) => write!(f, "process {process} evicts {}", name(stream)),
        }
    }
}
