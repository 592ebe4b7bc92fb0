//! What one execution does between two waits: `executor/{run,lanes,machine}.rs`. Nothing in here can be interrupted.

use crate::{
    properties,
    small::{Id, SUBMISSIONS},
    state::{Access, Answer, Command, Commit, Outcome, Phase, STREAMS, Scenario, Streams, Verdict, World},
};

/// After so many attempts a command stops standing on what is not durable, and lets nobody pass.
const WARY: u8 = 2;

impl World {
    fn process_of(&self, command: usize, scenario: &Scenario) -> usize {
        scenario.plans[command].process
    }

    /// The next lane that a command has to lock, in the order of the streams.
    pub(crate) fn next_lane(&self, command: usize, scenario: &Scenario) -> Option<usize> {
        scenario.plans[command].streams().find(|stream| !self.commands[command].held.has(*stream))
    }

    /// Whether a command would have a lane for itself.
    fn alone(&self, command: usize, stream: usize, scenario: &Scenario) -> bool {
        scenario.plans[command].writes(stream) || self.commands[command].alone.has(stream)
    }

    /// Whether a lane is free for a command. Any of those who wait may be next: more courses than first come, first served.
    pub(crate) fn is_free(&self, command: usize, stream: usize, scenario: &Scenario) -> bool {
        let process = self.process_of(command, scenario);
        (0..scenario.plans.len()).all(|other| {
            let shares = !self.alone(command, stream, scenario) && !self.alone(other, stream, scenario);
            let holds = self.process_of(other, scenario) == process && self.commands[other].held.has(stream);
            other == command || !holds || shares
        })
    }

    /// Locks one lane; with the last of them, takes the states.
    pub(crate) fn lock(&mut self, command: usize, stream: usize, scenario: &Scenario) {
        let head = self.log.head();
        let state = &mut self.commands[command];
        if state.phase == Phase::Idle {
            (state.phase, state.began) = (Phase::Locking, head);
        }
        state.held.insert(stream);
        if self.next_lane(command, scenario).is_none() {
            self.fill(command, scenario);
        }
    }

    fn fill(&mut self, command: usize, scenario: &Scenario) {
        let (plan, process) = (&scenario.plans[command], self.process_of(command, scenario));
        let mut comes_again = false;
        for stream in plan.streams() {
            let alone = self.alone(command, stream, scenario);
            let slot = &mut self.processes[process].slots[stream];
            let (view, base) = if alone { slot.take() } else { (slot.state, slot.ticket) };
            let state = &mut self.commands[command];
            (state.views[stream], state.bases[stream]) = (view, base);
            if view.is_nothing() && !(plan.is_new(stream) && state.attempts == 0) {
                state.unread.insert(stream);
                // One that shares a lane cannot load for the others: it comes again alone.
                comes_again |= !alone;
            }
        }
        if comes_again {
            self.come_again(command, scenario);
        } else if self.commands[command].unread.is_empty() {
            self.opened(command, scenario);
        } else {
            self.commands[command].phase = Phase::Loading;
        }
    }

    /// Puts the states back as they came, opens all lanes, and locks them anew, those to be loaded for itself.
    fn come_again(&mut self, command: usize, scenario: &Scenario) {
        for stream in scenario.plans[command].streams() {
            let late = !self.alone(command, stream, scenario) && self.commands[command].unread.has(stream);
            self.put_back(command, stream, scenario);
            if late {
                self.commands[command].alone.insert(stream);
            }
        }
        let state = self.commands[command];
        self.commands[command] =
            Command { held: Streams::default(), unread: Streams::default(), ..forgetful(state, Phase::Locking) };
        self.commands[command].alone = state.alone;
    }

    fn put_back(&mut self, command: usize, stream: usize, scenario: &Scenario) {
        let process = self.process_of(command, scenario);
        if self.alone(command, stream, scenario) {
            let state = &self.commands[command];
            let (view, base) = (state.views[stream], state.bases[stream]);
            self.processes[process].slots[stream].put(view, base, scenario);
        }
    }

    /// Whether nothing is under way on what a command has to read.
    pub(crate) fn may_load(&self, command: usize, scenario: &Scenario) -> bool {
        let process = self.process_of(command, scenario);
        let under_way = |stream: usize| self.processes[process].slots[stream].under_way.is_some();
        !scenario.rules.loads_wait
            || !(0..STREAMS).any(|stream| self.commands[command].unread.has(stream) && under_way(stream))
    }

    /// Reads what no slot had: all of it in one round trip.
    pub(crate) fn load(&mut self, command: usize, scenario: &Scenario) {
        let (process, unread) = (self.process_of(command, scenario), self.commands[command].unread);
        for stream in (0..STREAMS).filter(|stream| unread.has(*stream)) {
            let (content, base) = (self.log.content(stream), self.processes[process].slots[stream].failed);
            // From the base on, whatever that is (only with rule 6 taken out is there any).
            let read = (base.version()..content.version()).fold(base, |view, nth| view.with(content.at(nth)));
            self.commands[command].views[stream] = read;
        }
        self.commands[command].unread = Streams::default();
        self.opened(command, scenario);
    }

    fn opened(&mut self, command: usize, scenario: &Scenario) {
        let plan = &scenario.plans[command];
        for stream in plan.streams().filter(|stream| !plan.writes(*stream)) {
            self.put_back(command, stream, scenario);
        }
        let state = &self.commands[command];
        let settles = state.attempts >= WARY && state.bases.iter().any(|base| base.is_pending());
        self.commands[command].phase = if settles { Phase::Settling } else { Phase::Reserving };
        if !scenario.rules.proves_rejections && !self.records(command, scenario) {
            self.decline(command, scenario);
        }
    }

    /// Answers with what was seen, unproven.
    fn decline(&mut self, command: usize, scenario: &Scenario) {
        scenario.plans[command].streams().for_each(|stream| self.put_back(command, stream, scenario));
        self.answer(command, Answer::Declined, scenario);
    }

    /// Whether a command's decision adds events. One whose `new` stream has some cannot even decide.
    fn records(&self, command: usize, scenario: &Scenario) -> bool {
        let plan = &scenario.plans[command];
        let views = &self.commands[command].views;
        plan.verdict == Verdict::Record
            && !plan.streams().any(|stream| plan.is_new(stream) && !views[stream].is_nothing())
    }

    pub(crate) fn has_place(&self, process: usize, scenario: &Scenario) -> bool {
        let state = &self.processes[process];
        let in_flight = state.flight.map_or(0, |flight| flight.batch.commits.as_slice().len());
        let with_commands = scenario.plans.iter().zip(&self.commands).filter(|(plan, command)| {
            plan.process == process && (command.phase == Phase::Placed || command.keeps_place)
        });
        state.queue.as_slice().len() + in_flight + with_commands.count() < scenario.places
    }

    /// Takes a place, looks whether what it stands on has failed meanwhile, and submits: without a failure in between.
    pub(crate) fn reserve(&mut self, command: usize, scenario: &Scenario) {
        let state = &mut self.commands[command];
        state.keeps_place = false;
        if state.bases.contains(&Id::FAILED) && scenario.rules.looks_before_submitting {
            *state = forgetful(*state, Phase::Locking);
            state.keeps_place = !scenario.rules.waits_without_a_place;
        } else if scenario.rules.submits_at_once {
            self.submit(command, scenario);
        } else {
            state.phase = Phase::Placed;
        }
    }

    /// Hands the commit over, leaves the states, and opens the lanes.
    pub(crate) fn submit(&mut self, command: usize, scenario: &Scenario) {
        let records = self.records(command, scenario);
        let state = &mut self.commands[command];
        if state.submissions == SUBMISSIONS {
            self.breaks("G7: submits again and again, and comes to no end");
            return;
        }
        state.submissions += 1;
        let (id, saw, is_wary) = (Id::of(command, state.submissions), state.views, state.attempts >= WARY);
        let process = self.process_of(command, scenario);
        self.processes[process].queue.push(Commit { id, saw, records });
        if scenario.rules.leaves_states {
            self.leave(command, id, records, scenario);
        }
        let state = &mut self.commands[command];
        let held = if is_wary { state.held } else { Streams::default() };
        *state = Command { held, views: saw, ..forgetful(*state, Phase::Submitted) };
    }

    fn leave(&mut self, command: usize, id: Id, records: bool, scenario: &Scenario) {
        let (plan, process) = (&scenario.plans[command], self.process_of(command, scenario));
        for stream in plan.streams().filter(|stream| plan.writes(*stream)) {
            let state = &self.commands[command];
            let (view, base) = (state.views[stream], state.bases[stream]);
            let slot = &mut self.processes[process].slots[stream];
            if records {
                slot.put(view.with(id), id, scenario);
                slot.under_way = id;
            } else if plan.verdict != Verdict::RecordAndDecline {
                slot.put(view, base, scenario);
            }
        }
    }

    /// Looks at what its commit came to.
    pub(crate) fn hear(&mut self, command: usize, outcome: Outcome, scenario: &Scenario) {
        let plan = &scenario.plans[command];
        let records = self.records(command, scenario);
        match outcome {
            Outcome::Committed if records => self.answer(command, Answer::Recorded, scenario),
            Outcome::Committed => self.answer(command, Answer::Declined, scenario),
            Outcome::Unknown => self.answer(command, Answer::Unknown, scenario),
            Outcome::Failed => self.again(command, 1),
            Outcome::Stale(stream, actual) => {
                self.drop_stale(command, (stream, actual), scenario);
                match actual {
                    Some(actual) if plan.is_new(stream) && actual > 0 => {
                        self.answer(command, Answer::AlreadyExists, scenario);
                    }
                    None if plan.is_new(stream) && !scenario.rules.log_says_exists => {
                        self.answer(command, Answer::AlreadyExists, scenario);
                    }
                    Some(_) => self.again(command, 1),
                    // A neighbour's failure is no attempt.
                    None => self.again(command, 0),
                }
            }
        }
    }

    fn again(&mut self, command: usize, attempts: u8) {
        let state = &mut self.commands[command];
        *state = forgetful(*state, Phase::Locking);
        // How often it lost beyond that makes no difference: retries are not bounded here.
        state.attempts = WARY.min(state.attempts + attempts);
    }

    fn drop_stale(&mut self, command: usize, (stale, actual): (usize, Option<u8>), scenario: &Scenario) {
        let process = self.process_of(command, scenario);
        let state = self.commands[command];
        for stream in scenario.plans[command].streams() {
            let slot = &mut self.processes[process].slots[stream];
            if scenario.rules.refusal_drops {
                slot.drop_stale(state.views[stream], actual.filter(|_| stale == stream));
            }
            // Its own failed state is its to drop if nobody looks at tickets.
            if !scenario.rules.validity_is_read && slot.ticket == Id::of(command, state.submissions) {
                slot.take();
            }
        }
    }

    /// The caller went away, while the command waited.
    pub(crate) fn cancel(&mut self, command: usize, scenario: &Scenario) {
        let state = self.commands[command];
        let decided = matches!(state.phase, Phase::Settling | Phase::Reserving);
        if decided && !scenario.rules.cancelled_leaves_nothing && self.records(command, scenario) {
            // What `decide` has changed in place goes back as if it were what was taken.
            for stream in scenario.plans[command].streams().filter(|stream| scenario.plans[command].writes(*stream)) {
                self.commands[command].views[stream] = state.views[stream].with(Id::of(command, SUBMISSIONS));
                self.put_back(command, stream, scenario);
            }
        }
        self.end(command, Answer::Cancelled);
        if !scenario.rules.cancelled_lets_go {
            self.commands[command].held = state.held;
        }
    }

    fn answer(&mut self, command: usize, answer: Answer, scenario: &Scenario) {
        let wrong = match answer {
            Answer::Declined => !properties::was_true(self, command, scenario),
            Answer::AlreadyExists => {
                let plan = &scenario.plans[command];
                !plan.streams().any(|stream| plan.is_new(stream) && !self.log.content(stream).is_nothing())
            }
            _ => false,
        };
        if wrong {
            self.breaks("G2: answered with what never was the truth");
        }
        self.end(command, answer);
    }

    pub(crate) fn end(&mut self, command: usize, answer: Answer) {
        let submissions = self.commands[command].submissions;
        self.commands[command] = Command { phase: Phase::Ended(answer), submissions, ..Command::default() };
    }
}

/// A command that holds nothing, and has seen nothing.
fn forgetful(state: Command, phase: Phase) -> Command {
    let Command { began, attempts, submissions, .. } = state;
    Command { phase, began, attempts, submissions, ..Command::default() }
}

/// Named for the stories.
impl Access {
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::New => "creates",
        }
    }
}
