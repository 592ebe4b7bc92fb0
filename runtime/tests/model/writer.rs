//! What one writer does between two waits: `writer/{plan,service}.rs`.

use crate::{
    ends::Ends,
    log,
    slots::{End, settle},
    small::{Id, List, View},
    state::{Batch, COMMANDS, Commit, Flight, Outcome, Phase, Process, STREAMS, Scenario, Told, World},
};

/// What becomes of a commit that waits.
#[derive(Clone, Copy, Default)]
enum Fate {
    #[default]
    Taken,
    Held,
    /// It stands on a failed one, as seen on this stream.
    Doomed(usize),
}

/// Which of those that wait go together.
fn weigh(queue: &[Commit], process: &mut Process, scenario: &Scenario) -> List<Fate, COMMANDS> {
    let (rules, mut fates) = (&scenario.rules, List::default());
    let mut running: [Option<View>; STREAMS] = [None; STREAMS];
    let mut held = [false; STREAMS];
    for commit in queue {
        let plan = &scenario.plans[commit.id.command()];
        let on_failed = |stream: &usize| {
            let last = commit.saw[*stream].last();
            rules.failure_takes_dependents && last.is_some() && process.failed.contains(last)
        };
        let fits = |stream: usize| {
            !held[stream] && running[stream].is_none_or(|end| log::same_end(commit.saw[stream], end, scenario))
        };
        if let Some(stream) = plan.streams().find(on_failed) {
            process.failed.insert(commit.id);
            fates.push(Fate::Doomed(stream));
        } else if rules.holds_the_unfitting && !plan.streams().all(fits) {
            plan.streams().for_each(|stream| held[stream] |= rules.holds_what_shares);
            fates.push(Fate::Held);
        } else {
            for stream in plan.streams() {
                let end = running[stream].unwrap_or(commit.saw[stream]);
                let writes = commit.records && plan.writes(stream);
                running[stream] = Some(if writes { end.with(commit.id) } else { end });
            }
            fates.push(Fate::Taken);
        }
    }
    fates
}

impl World {
    /// Takes what goes together from the queue, refuses what stands on a failed commit, and sends the rest.
    pub(crate) fn send(&mut self, process: usize, scenario: &Scenario) {
        let state = &mut self.processes[process];
        let queue = std::mem::take(&mut state.queue);
        let fates = weigh(queue.as_slice(), state, scenario);
        // Whoever stands on these was submitted before they were answered: the set need not outlive this plan.
        state.failed.clear();
        let mut batch = Batch { ends: state.ends, ..Batch::default() };
        for (commit, fate) in queue.as_slice().iter().zip(fates.as_slice()) {
            match *fate {
                Fate::Taken => batch.commits.push(*commit),
                Fate::Held => self.processes[process].queue.push(*commit),
                Fate::Doomed(stream) => self.fail(process, commit, Outcome::Stale(stream, None), scenario),
            }
        }
        if !batch.commits.is_empty() {
            self.processes[process].flight = Some(Flight { batch, reply: None });
        }
    }

    /// The batch arrives, and is executed.
    pub(crate) fn execute(&mut self, process: usize, scenario: &Scenario) {
        if let Some(mut flight) = self.processes[process].flight {
            flight.reply = Some(log::execute(self, &flight.batch, true, scenario));
            self.processes[process].flight = Some(flight);
        }
    }

    /// The answer arrives.
    pub(crate) fn reply(&mut self, process: usize, scenario: &Scenario) {
        let Some(Flight { batch, reply: Some(reply) }) = self.processes[process].flight.take() else { return };
        let mut again: List<Commit, COMMANDS> = List::default();
        for (commit, told) in batch.commits.as_slice().iter().zip(reply.as_slice()) {
            match *told {
                Told::Committed => {
                    let position = self.committed(process, commit, scenario);
                    if commit.records {
                        self.processes[process].ends.learn(commit, position, scenario);
                    }
                }
                Told::Refused(stream, actual) => {
                    self.fail(process, commit, Outcome::Stale(stream, actual), scenario);
                }
                Told::Again => again.push(*commit),
            }
        }
        if batch.known_head.is_some() {
            // Nobody knows in what order it was appended.
            self.processes[process].ends = Ends::default();
        }
        // In front of whatever was submitted later, for that may stand on it.
        self.processes[process].queue.as_slice().iter().for_each(|commit| again.push(*commit));
        self.processes[process].queue = again;
    }

    /// The connection is gone before there was an answer: the batch is sent again, verbatim.
    pub(crate) fn lose(&mut self, process: usize, scenario: &Scenario) {
        let Some(mut flight) = self.processes[process].flight.take() else { return };
        self.leave_behind(&flight);
        if !scenario.rules.sends_again {
            return self.look_up(process, &flight.batch, scenario);
        }
        if scenario.rules.sends_known_head {
            flight.batch.known_head.get_or_insert(self.processes[process].head);
        }
        flight.reply = None;
        self.processes[process].flight = Some(flight);
    }

    /// It is gone for too long.
    pub(crate) fn give_up(&mut self, process: usize, scenario: &Scenario) {
        let Some(flight) = self.processes[process].flight.take() else { return };
        self.leave_behind(&flight);
        let outcome = if scenario.rules.given_up_is_unknown { Outcome::Unknown } else { Outcome::Failed };
        for commit in flight.batch.commits.as_slice() {
            self.fail(process, commit, outcome, scenario);
        }
    }

    /// What was not executed before the connection went may still be.
    pub(crate) fn leave_behind(&mut self, flight: &Flight) {
        if flight.reply.is_none() {
            self.late.push(flight.batch);
        }
    }

    /// Asks what the log holds now, and takes that for the answer (rule 9 taken out).
    fn look_up(&mut self, process: usize, batch: &Batch, scenario: &Scenario) {
        for commit in batch.commits.as_slice() {
            if self.log.holds(commit.id, 0) {
                self.committed(process, commit, scenario);
            } else {
                self.fail(process, commit, Outcome::Failed, scenario);
            }
        }
    }

    /// Says where its last event is.
    fn committed(&mut self, process: usize, commit: &Commit, scenario: &Scenario) -> u8 {
        let events = self.log.events();
        let reached = events.iter().rposition(|(id, _)| *id == commit.id).map_or(0, |index| index as u8 + 1);
        self.processes[process].head = self.processes[process].head.max(reached);
        settle(self, process, commit.id, End::Durable, scenario);
        self.tell(commit.id, Outcome::Committed);
        reached
    }

    fn fail(&mut self, process: usize, commit: &Commit, outcome: Outcome, scenario: &Scenario) {
        if commit.records && (outcome != Outcome::Unknown || scenario.rules.unknown_takes_dependents) {
            self.processes[process].failed.insert(commit.id);
        }
        settle(self, process, commit.id, End::Nothing, scenario);
        self.tell(commit.id, outcome);
    }

    /// Whoever still waits for a commit is woken.
    fn tell(&mut self, id: Id, outcome: Outcome) {
        let command = &mut self.commands[id.command()];
        if command.phase == Phase::Submitted && command.submissions == id.submission() {
            command.phase = Phase::Told(outcome);
        }
    }
}
