//! Every course that an execution can take, to the end or to a depth: each effect is answered by every reply that it can get.

use std::{collections::HashSet, sync::Arc, time::Duration};

use super::*;
use crate::{
    command::{Access, Decision, Entry, Fingerprint},
    executor::options::RetryPolicy,
    handle::Shape,
    metadata::Metadata,
    store::NewEvent,
};

/// What the command does once its streams are open.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Plan {
    Accept,
    AcceptWithoutEvents,
    Reject,
    Panic,
    NotFound,
    AlreadyExists,
    SameStream,
    TooManyHops,
}

const PLANS: [Plan; 8] = [
    Plan::Accept,
    Plan::AcceptWithoutEvents,
    Plan::Reject,
    Plan::Panic,
    Plan::NotFound,
    Plan::AlreadyExists,
    Plan::SameStream,
    Plan::TooManyHops,
];

struct Planned(Plan);

impl Job for Planned {
    fn name(&self) -> &'static str {
        "Planned"
    }

    fn step(&mut self, entries: &mut Entries, _: Option<&dyn Shelf>) -> Step {
        if self.0 == Plan::SameStream {
            let stream = "a-1".into();
            return Step::Paused(Pause::SameStream { stream, fields: ["one", "two"] });
        }
        if entries.as_slice().is_empty() {
            let access = if self.0 == Plan::AlreadyExists { Access::new() } else { Access::write() };
            entries.push(Entry {
                name: "a-1".into(),
                field: "one",
                hop: 0,
                access,
                shape: &Shape { fold: |state, _, _| Ok(state), empty: |_| Ok(Arc::new(())), size: |_| 0 },
                slot: None,
                state: None,
                version: 0,
                last: None,
                loaded: false,
            });
        }
        if entries.as_slice().iter().any(|entry| !entry.loaded) {
            return Step::Paused(Pause::Load);
        }
        let verdict = match self.0 {
            Plan::NotFound => return Step::Paused(Pause::NotFound(0)),
            Plan::AlreadyExists if entries.as_slice()[0].version > 0 => return Step::Paused(Pause::AlreadyExists(0)),
            Plan::TooManyHops => return Step::Paused(Pause::TooManyHops),
            Plan::Reject => Verdict::Rejected,
            Plan::Panic => Verdict::Panicked,
            _ => Verdict::Accepted,
        };
        let mut recording = Recording::default();
        // A rejection may have recorded before it was one.
        if self.0 != Plan::AcceptWithoutEvents {
            recording.events.push(NewEvent { stream: 0, name: "a.b", schema_version: 1, payload: 0..2 });
            recording.payloads.extend_from_slice(b"{}");
        }
        Step::Decided(Decision { verdict, recording })
    }

    fn otherwise(&mut self, _: &str) -> bool {
        false
    }

    fn fingerprint(&self, _: &Entries) -> Fingerprint {
        Fingerprint::new()
    }
}

/// What the environment can answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Opened(u64),
    Overtaken,
    Committed,
    Stale,
    StaleBelow,
    KeyTaken { same: bool },
    Transient,
    Final,
    Unknown,
    Rested,
}

const OPENING: &[Fate] = &[Fate::Opened(0), Fate::Opened(3), Fate::Transient, Fate::Final];
const SUBMITTED: &[Fate] = &[
    Fate::Committed,
    Fate::Overtaken,
    Fate::Stale,
    Fate::StaleBelow,
    Fate::KeyTaken { same: true },
    Fate::KeyTaken { same: false },
    Fate::Transient,
    Fate::Final,
    Fate::Unknown,
];
const PAUSED: &[Fate] = &[Fate::Rested];

const RETRIES: u32 = 2;
const DEPTH: usize = 9;

/// One course: what was submitted, and what came of it, in order.
#[derive(Debug, Default)]
struct Course {
    fates: Vec<Fate>,
    last_submission: Option<(bool, CommitId)>,
    ids: HashSet<CommitId>,
    opened_since_submission: bool,
    answer: Option<Result<Answer, Failure>>,
}

#[test]
fn no_course_answers_what_is_not_proven() {
    let mut courses = 0;
    for plan in PLANS {
        // The choices of one course, each with the number of alternatives that it had.
        let mut choices: Vec<(usize, usize)> = Vec::new();
        loop {
            let course = walk(plan, &mut choices);
            check(plan, &course);
            courses += 1;
            while choices.last().is_some_and(|(choice, of)| choice + 1 == *of) {
                choices.pop();
            }
            match choices.last_mut() {
                Some((choice, _)) => *choice += 1,
                None => break,
            }
        }
    }
    // Not vacuous: the tree is as large as it is meant to be.
    assert!(courses > 10_000, "{courses} courses");
}

fn walk(plan: Plan, choices: &mut Vec<(usize, usize)>) -> Course {
    let options = Options {
        metadata: Metadata::default(),
        key: Some("key".into()),
        timeout: None,
        retry: RetryPolicy::retries(RETRIES).backoff(Duration::ZERO, Duration::ZERO),
        expected: Vec::new(),
        copies: Vec::new(),
        fault: None,
    };
    let mut job = Planned(plan);
    let mut machine = Machine::new(&mut job, &options, None);
    let mut course = Course::default();
    let mut reply = Reply::Go;
    for depth in 0.. {
        let (fates, submission) = match machine.next(reply) {
            Effect::Open => (OPENING, None),
            Effect::Submit => match machine.commit() {
                Ok(commit) => (SUBMITTED, Some(commit)),
                Err(error) => unreachable!("{error}"),
            },
            Effect::Pause(_) => (PAUSED, None),
            Effect::FindEnds(_) => unreachable!("no version is asked for"),
            Effect::Answer(answer) => {
                course.answer = Some(answer);
                break;
            }
        };
        if depth == DEPTH {
            break;
        }
        if depth == choices.len() {
            choices.push((0, fates.len()));
        }
        let fate = fates[choices[depth].0];
        if let Some(commit) = &submission {
            assert!(course.opened_since_submission, "{plan:?} submits what it did not look at: {:?}", course.fates);
            assert!(course.ids.insert(commit.id()), "an id is used for one submission");
            assert!(!commit.is_proof() || commit.events().is_empty(), "a proof adds nothing");
            assert_eq!(commit.expectations().len(), 1, "every stream that was seen is expected as it was seen");
            course.last_submission = Some((commit.is_proof(), commit.id()));
            course.opened_since_submission = false;
        }
        course.fates.push(fate);
        reply = answer(&mut machine, &mut course, fate, submission.as_ref());
    }
    course
}

fn answer(machine: &mut Machine<'_>, course: &mut Course, fate: Fate, submission: Option<&Commit>) -> Reply {
    let fault = |transient| match transient {
        true => StoreError::Unavailable { context: "test".into(), source: None },
        false => StoreError::Failed { context: "test".into(), source: None },
    };
    let receipt = || submission.map_or_else(|| unreachable!("submitted"), |commit| commit.receipt(None));
    let refused = |refusal| Reply::Settled(Outcome::Refused(refusal));
    match fate {
        Fate::Rested => Reply::Go,
        Fate::Opened(version) => {
            course.opened_since_submission = true;
            for entry in machine.entries.iter_mut() {
                (entry.loaded, entry.version) = (true, version);
                entry.last = (version > 0).then(CommitId::fresh);
            }
            Reply::Opened
        }
        Fate::Overtaken => Reply::Overtaken,
        Fate::Committed => Reply::Settled(Outcome::Committed(receipt())),
        Fate::Stale => refused(Refusal::Stale { stream: "a-1".into(), actual: Some(4) }),
        Fate::StaleBelow => refused(Refusal::Stale { stream: "a-1".into(), actual: None }),
        Fate::KeyTaken { same } => {
            let fingerprint = if same { Fingerprint::new().as_u128() } else { 0 };
            refused(Refusal::KeyTaken { fingerprint, first: receipt() })
        }
        Fate::Transient if submission.is_none() => Reply::Failed(fault(true)),
        Fate::Final if submission.is_none() => Reply::Failed(fault(false)),
        Fate::Transient => Reply::Settled(Outcome::Failed(fault(true))),
        Fate::Final => Reply::Settled(Outcome::Failed(fault(false))),
        Fate::Unknown => Reply::Settled(Outcome::Unknown(fault(true))),
    }
}

fn check(plan: Plan, course: &Course) {
    let story = || format!("{plan:?}: {:?} → {:?}", course.fates, course.answer);
    let last = course.fates.last().copied();
    let proven = last == Some(Fate::Committed) && course.last_submission.is_some_and(|(proof, _)| proof);
    let stored = last == Some(Fate::Committed) && course.last_submission.is_some_and(|(proof, _)| !proof);
    let own_setbacks = course.fates.iter().filter(|fate| matches!(fate, Fate::Stale | Fate::Transient)).count() as u32;

    assert!(own_setbacks <= RETRIES + 1, "tried beyond its bound: {}", story());
    let unknown = course.fates.iter().position(|fate| matches!(fate, Fate::Unknown | Fate::Final));
    assert!(unknown.is_none_or(|at| at + 1 == course.fates.len()), "went on behind the unknown: {}", story());

    match &course.answer {
        None => assert_eq!(course.fates.len(), DEPTH, "stopped without an answer: {}", story()),
        Some(Ok(Answer::Committed(_))) => assert!(stored, "{}", story()),
        Some(Ok(Answer::Replayed(_))) => assert_eq!(last, Some(Fate::KeyTaken { same: true }), "{}", story()),
        Some(Err(Failure::Rejected | Failure::Panicked)) => assert!(proven, "{}", story()),
        Some(Err(Failure::Other(error))) => match error {
            ExecuteError::NotFound { .. } | ExecuteError::TooManyHops => assert!(proven, "{}", story()),
            ExecuteError::AlreadyExists { .. } => assert!(proven || last == Some(Fate::Stale), "{}", story()),
            ExecuteError::SameStream { .. } => assert!(course.fates.is_empty(), "{}", story()),
            ExecuteError::Conflict { attempts, .. } => {
                assert_eq!((*attempts, last), (RETRIES + 1, Some(Fate::Stale)), "{}", story());
                assert_eq!(own_setbacks, RETRIES + 1, "a neighbour's failure was counted: {}", story());
            }
            ExecuteError::KeyReused { .. } => assert_eq!(last, Some(Fate::KeyTaken { same: false }), "{}", story()),
            ExecuteError::Store(error) if error.is_transient() && last != Some(Fate::Unknown) => {
                assert_eq!(own_setbacks, RETRIES + 1, "gave up early: {}", story());
            }
            ExecuteError::Store(_) => {
                assert!(matches!(last, Some(Fate::Final | Fate::Unknown)), "{}", story());
            }
            other => unreachable!("{other:?}: {}", story()),
        },
    }
}
