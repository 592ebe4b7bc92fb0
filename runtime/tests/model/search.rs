//! Goes everywhere a scenario can go, once, the shortest way first.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    fmt::Write,
    hash::{BuildHasherDefault, Hash, Hasher},
};

use crate::{
    properties,
    state::{Scenario, World},
    steps::{Step, after, steps},
};

/// What a search found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) states: usize,
    /// The promise that was broken, and how it came to that.
    pub(crate) broken: Option<(&'static str, String)>,
}

/// Where a state was first reached from.
struct Origin {
    before: u32,
    step: Step,
}

/// Nobody's number: the first state has no origin.
const START: u32 = u32::MAX;

pub(crate) fn search(scenario: &Scenario) -> Found {
    let mut known: HashMap<u64, u32, BuildHasherDefault<Known>> = HashMap::default();
    let mut origins = Vec::new();
    let mut progress: Vec<(u32, u32)> = Vec::new();
    let mut waiting = VecDeque::from([World { budget: scenario.budget, ..World::default() }]);
    known.insert(fingerprint(&waiting[0]), 0);
    origins.push(Origin { before: START, step: Step::Send(0) });

    let (mut at, mut next) = (0, Vec::new());
    while let Some(world) = waiting.pop_front() {
        steps(&world, scenario, &mut next);
        let is_over = properties::is_over(&world, scenario);
        let goes_on = next.iter().any(|step| step.is_progress());
        let broken = match (is_over, goes_on) {
            (true, _) => properties::rest(&world, scenario),
            (false, false) => Some("G7: somebody waits for what never comes"),
            (false, true) => None,
        };
        if let Some(broken) = world.broken.or(broken) {
            return Found { states: origins.len(), broken: Some((broken, story(scenario, &origins, at))) };
        }
        for step in &next {
            let world = after(&world, *step, scenario);
            let number = origins.len() as u32;
            let to = match known.entry(fingerprint(&world)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(unknown) => {
                    unknown.insert(number);
                    origins.push(Origin { before: at, step: *step });
                    waiting.push_back(world);
                    number
                }
            };
            if step.is_progress() {
                progress.push((at, to));
            }
        }
        at += 1;
    }
    let broken =
        endless(&progress, origins.len()).map(|at| ("G7: it goes round for ever", story(scenario, &origins, at)));
    Found { states: origins.len(), broken }
}

/// A state from which one can go on for ever without anything going wrong, if there is one: takes away what leads nowhere
/// else, until nothing does.
fn endless(progress: &[(u32, u32)], states: usize) -> Option<u32> {
    let (mut ways, mut into) = (vec![0_u32; states], vec![0_u32; states + 1]);
    for (from, to) in progress {
        ways[*from as usize] += 1;
        into[*to as usize + 1] += 1;
    }
    for state in 0..states {
        into[state + 1] += into[state];
    }
    let (mut before, mut filled) = (vec![0_u32; progress.len()], into.clone());
    for (from, to) in progress {
        before[filled[*to as usize] as usize] = *from;
        filled[*to as usize] += 1;
    }
    let mut ending: Vec<u32> = (0..states as u32).filter(|state| ways[*state as usize] == 0).collect();
    while let Some(state) = ending.pop() {
        for from in &before[into[state as usize] as usize..into[state as usize + 1] as usize] {
            ways[*from as usize] -= 1;
            if ways[*from as usize] == 0 {
                ending.push(*from);
            }
        }
    }
    (0..states as u32).find(|state| ways[*state as usize] > 0)
}

/// How the search came to a state.
fn story(scenario: &Scenario, origins: &[Origin], mut at: u32) -> String {
    let mut path = Vec::new();
    while let Some(origin) = origins.get(at as usize).filter(|origin| origin.before != START) {
        path.push(origin.step);
        at = origin.before;
    }
    let mut story = String::new();
    for (command, plan) in scenario.plans.iter().enumerate() {
        let _ = write!(story, "c{command}, in process {}, {:?}s:", plan.process, plan.verdict);
        for stream in plan.streams() {
            let verb = plan.access[stream].map_or("", |access| access.verb());
            let _ = write!(story, " {verb} {}", ["A", "B", "C"][stream]);
        }
        story.push('\n');
    }
    let mut world = World { budget: scenario.budget, ..World::default() };
    for (nth, step) in path.iter().rev().enumerate() {
        world = after(&world, *step, scenario);
        let _ = writeln!(story, "{:3}. {step}", nth + 1);
    }
    let _ = writeln!(story, "     the log: {:?}", world.log.events());
    story
}

/// A state is known by these 64 bits: among a million states, two share them once in forty million searches.
fn fingerprint(world: &World) -> u64 {
    let mut known = Known::default();
    world.hash(&mut known);
    known.finish()
}

/// The standard library's hasher is slow where nothing is optimized, and this is most of what a search does.
#[derive(Debug, Default)]
pub(crate) struct Known(u64);

impl Hasher for Known {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u8(*byte));
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_isize(&mut self, n: isize) {
        self.write_u64(n as u64);
    }

    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }

    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
}

#[test]
fn a_way_round_is_found() {
    assert_eq!(endless(&[(0, 1), (0, 2), (1, 2)], 3), None);
    assert_eq!(endless(&[(0, 1), (1, 2), (2, 1), (0, 3)], 4), Some(0));
}
