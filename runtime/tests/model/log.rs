//! The log behind its lock: what one batch does to it is one step.

use crate::{
    properties,
    small::{Id, List, View},
    state::{Batch, COMMANDS, Commit, STREAMS, Scenario, Told, World},
};

/// Events in the order of their positions: each the commit that it came with, and its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Log {
    events: List<(Id, u8), 8>,
}

impl Log {
    pub(crate) fn head(&self) -> u8 {
        self.events.as_slice().len() as u8
    }

    /// What a stream held when the log ended at `head`.
    pub(crate) fn content_at(&self, stream: usize, head: u8) -> View {
        let mut content = View::NOTHING;
        for (id, on) in &self.events.as_slice()[..usize::from(head)] {
            if usize::from(*on) == stream {
                content = content.with(*id);
            }
        }
        content
    }

    pub(crate) fn content(&self, stream: usize) -> View {
        self.content_at(stream, self.head())
    }

    pub(crate) fn events(&self) -> &[(Id, u8)] {
        self.events.as_slice()
    }

    pub(crate) fn holds(&self, id: Id, behind: u8) -> bool {
        self.events.as_slice()[usize::from(behind)..].iter().any(|(known, _)| *known == id)
    }

    /// Whether the log can end here: not in the middle of a commit.
    pub(crate) fn is_boundary(&self, head: u8) -> bool {
        let events = self.events.as_slice();
        let head = usize::from(head);
        head == 0 || head == events.len() || events[head - 1].0 != events[head].0
    }

    fn append(&mut self, id: Id, stream: usize) -> bool {
        let has_room = !self.events.is_full();
        if has_room {
            self.events.push((id, stream as u8));
        }
        has_room
    }
}

/// The links of a batch as the plan draws them: on the one expectation of each stream that the log checks, and on earlier
/// commits of the batch.
pub(crate) struct Links {
    /// What the first commit that names a stream saw of it.
    pub(crate) outer: [Option<View>; STREAMS],
    pub(crate) uses: [[bool; STREAMS]; COMMANDS],
    pub(crate) stands: [[bool; COMMANDS]; COMMANDS],
}

impl Links {
    pub(crate) fn of(commits: &[Commit], scenario: &Scenario) -> Self {
        let mut links = Self { outer: [None; STREAMS], uses: Default::default(), stands: Default::default() };
        let mut writer: [Option<usize>; STREAMS] = [None; STREAMS];
        let mut reader: [Option<usize>; STREAMS] = [None; STREAMS];
        for (nth, commit) in commits.iter().enumerate() {
            let plan = &scenario.plans[commit.id.command()];
            for stream in plan.streams() {
                links.outer[stream].get_or_insert(commit.saw[stream]);
                match writer[stream] {
                    Some(on) => links.stands[nth][on] = scenario.rules.refusals_spread,
                    None => links.uses[nth][stream] = true,
                }
                if let Some(on) = reader[stream].filter(|_| !scenario.rules.shared_read_is_no_bond) {
                    links.stands[nth][on] = true;
                }
                reader[stream] = Some(nth);
            }
            for stream in plan.streams().filter(|stream| commit.records && plan.writes(*stream)) {
                writer[stream] = Some(nth);
            }
        }
        links
    }
}

/// Whether a stream that ends like `actual` is what was seen.
pub(crate) fn same_end(seen: View, actual: View, scenario: &Scenario) -> bool {
    seen.version() == actual.version() && (!scenario.rules.names_commits || seen.last() == actual.last())
}

/// Executes a batch under the lock, as `0003_append.sql` does. A late one is answered to nobody.
pub(crate) fn execute(world: &mut World, batch: &Batch, is_heard: bool, scenario: &Scenario) -> List<Told, COMMANDS> {
    let commits = batch.commits.as_slice();
    let mut told = List::default();
    if let Some(known) = batch.known_head {
        let earlier = |commit: &Commit| world.log.holds(commit.id, known);
        if commits.iter().any(earlier) {
            commits.iter().for_each(|commit| told.push(if earlier(commit) { Told::Committed } else { Told::Again }));
            return told;
        }
    }
    let links = Links::of(commits, scenario);
    let before = world.log;
    let stale = |stream: usize| {
        let wrong = |seen| !same_end(seen, before.content(stream), scenario);
        links.outer[stream].is_some_and(|seen| !batch.ends.vouches(stream, seen, &before, scenario) && wrong(seen))
    };
    let mut refused = [false; COMMANDS];
    for (nth, commit) in commits.iter().enumerate() {
        let own = (0..STREAMS).find(|stream| links.uses[nth][*stream] && stale(*stream));
        let inherited = (0..nth).find(|on| links.stands[nth][*on] && refused[*on]);
        refused[nth] = own.is_some() || inherited.is_some();
        if !refused[nth] {
            properties::saw_the_truth(world, commit, scenario);
        } else if is_heard {
            properties::refused_for_itself(world, commit, scenario);
        }
        told.push(match (own, inherited) {
            (Some(stream), _) => Told::Refused(stream, Some(before.content(stream).version())),
            (None, Some(on)) => Told::Refused(shared(commit, &commits[on], scenario), None),
            (None, None) => {
                append(world, commit, scenario);
                Told::Committed
            }
        });
    }
    told
}

fn append(world: &mut World, commit: &Commit, scenario: &Scenario) {
    let plan = &scenario.plans[commit.id.command()];
    for stream in plan.streams().filter(|stream| commit.records && plan.writes(*stream)) {
        // The event's version is made of what its commit expects.
        if commit.saw[stream].version() != world.log.content(stream).version() {
            world.breaks("G3: a version is there twice, or one is missing");
        }
        if !world.log.append(commit.id, stream) {
            world.breaks("the model's log is full");
        }
    }
}

/// A stream of a commit that an earlier one wrote.
fn shared(commit: &Commit, on: &Commit, scenario: &Scenario) -> usize {
    let (plan, before) = (&scenario.plans[commit.id.command()], &scenario.plans[on.id.command()]);
    plan.streams().find(|stream| before.writes(*stream)).unwrap_or_default()
}
