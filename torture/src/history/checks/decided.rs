//! Every decision is the one that had to be made at some position between its question and its answer.

use std::collections::BTreeSet;

use super::{
    super::{
        fact::Fact,
        name::Name,
        record::{Answer, Asked, Call, Saw},
        request::{Refusal, Verdict},
        violation::{Promise, Violation},
    },
    Case,
};

pub(super) fn check(case: &Case<'_>) -> Vec<Violation> {
    let mut found: Vec<Violation> = case.log.commits().filter_map(|(_, facts)| recorded(case, &facts)).collect();
    found.extend(case.history.answered.keys().filter_map(|call| answered(case, *call)));
    found
}

/// What recorded something was decided right before its first event: nowhere else.
fn recorded(case: &Case<'_>, facts: &[&Fact]) -> Option<Violation> {
    let first = facts.first()?;
    let call = first.call?;
    let asked = case.history.asked.get(&call)?;
    let position = first.position - 1;
    let story =
        |promise, what: String| Violation::new(promise, what).call(case.history, call).facts(facts.iter().copied());
    let reached = case.time.reached(asked.at);
    if position < reached {
        let what = format!("when it was asked for, somebody had been told of position {reached}");
        return Some(story(Promise::RealTime, what));
    }
    let verdict = replay(case, asked, position);
    if verdict.as_ref().ok() != Some(&facts.iter().map(|fact| (fact.stream, fact.change)).collect()) {
        let what = format!("right before position {} the decision would be {verdict:?}", first.position);
        let names = asked.request.names().into_iter().map(|name| now(case, name, position));
        return Some(names.fold(story(Promise::Decided, what), |story, saw| story.truth(case.log, &saw)));
    }
    let Some(Answer::Accepted { saw, became, .. }) = case.history.answer(call) else { return None };
    let last = facts.last()?.position;
    let seen = saw.iter().find(|saw| **saw != now(case, saw.0, position)).map(|saw| (saw, first.position));
    let left = became.iter().find(|saw| **saw != now(case, saw.0, last)).map(|saw| (saw, last + 1));
    let (wrong, before) = seen.or(left)?;
    let what = format!("right before position {before}, {} was not at version {} with {}", wrong.0, wrong.1, wrong.2);
    Some(story(Promise::Decided, what).truth(case.log, wrong))
}

/// What recorded nothing was right at some position: the one that everything it saw has in common.
fn answered(case: &Case<'_>, call: Call) -> Option<Violation> {
    let (at, answer) = case.history.answered.get(&call)?;
    let asked = case.history.asked.get(&call)?;
    let looked;
    let (saw, verdict): (&[Saw], Verdict) = match answer {
        Answer::Accepted { position: None, saw, .. } => (saw, Ok(Vec::new())),
        Answer::Refused { refusal, saw } => (saw, Err(*refusal)),
        Answer::Looked(saw) => {
            looked = [*saw];
            (&looked, Ok(Vec::new()))
        }
        _ => return None,
    };
    let (from, to) = (case.time.reached(asked.at), case.time.until(*at).min(case.log.head()));
    let untrue = saw.iter().find(|Saw(name, version, value)| {
        case.log.span(*name, *version).is_none_or(|(from, _)| case.log.at(*name, from).value != *value)
    });
    let spans = saw.iter().filter_map(|saw| case.log.span(saw.0, saw.1));
    let (first, last) = spans.fold((from, to), |(first, last), (from, to)| (first.max(from), last.min(to)));
    let places = if saw.is_empty() { changes(case, asked, first, last) } else { vec![first] };
    let right = |place: &u64| *place <= last && replay(case, asked, *place) == verdict;
    if untrue.is_none() && places.iter().any(right) {
        return None;
    }
    let what = format!("it was to be decided at a position from {from} to {to}, and was right at none of them");
    let story = Violation::new(Promise::Decided, what).call(case.history, call);
    let ends = asked.request.names().into_iter().map(|name| now(case, name, to));
    let truths: Vec<Saw> = if saw.is_empty() { ends.collect() } else { saw.to_vec() };
    Some(truths.iter().fold(story, |story, saw| story.truth(case.log, saw)))
}

/// What would be decided at a position.
fn replay(case: &Case<'_>, asked: &Asked, position: u64) -> Verdict {
    let see = |name| case.log.at(name, position);
    match asked.expected {
        Some((name, version)) if see(name).version != version => Err(Refusal::VersionMismatch(name, see(name).version)),
        _ => asked.request.decide(&see),
    }
}

fn now(case: &Case<'_>, name: Name, position: u64) -> Saw {
    let state = case.log.at(name, position);
    Saw(name, state.version, state.value)
}

/// The positions from `first` to `last` where what a request is about became different: all it could be answered by.
fn changes(case: &Case<'_>, asked: &Asked, first: u64, last: u64) -> Vec<u64> {
    let mut names: BTreeSet<Name> = asked.request.names().into_iter().collect();
    let followed: Vec<Name> = names.iter().flat_map(|name| followed(case, *name, first, last)).collect();
    names.extend(followed);
    let ends = names.iter().flat_map(|name| case.log.changes(*name, first, last)).map(|(at, _)| case.log.whole(*at).1);
    let places: BTreeSet<u64> = ends.filter(|end| *end <= last).chain([first]).collect();
    places.into_iter().collect()
}

/// What an alias stood for meanwhile.
fn followed(case: &Case<'_>, name: Name, first: u64, last: u64) -> Vec<Name> {
    let Name::Alias(_) = name else { return Vec::new() };
    let later = case.log.changes(name, first, last).iter().map(|(_, state)| state.value);
    let values = [case.log.at(name, first).value].into_iter().chain(later);
    values.filter_map(|value| u32::try_from(value).ok().map(Name::Account)).collect()
}
