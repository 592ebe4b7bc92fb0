//! What was acknowledged is there, what is there was not denied, and nothing is there twice or in part.

use super::{
    super::{
        fact::Fact,
        record::{Answer, Call},
        state::Change,
        violation::{Promise, Violation},
    },
    Case,
};
use foldline::CommitId;

pub(super) fn check(case: &Case<'_>) -> Vec<Violation> {
    let mut found: Vec<Violation> = case.log.commits().filter_map(|(id, facts)| whole(case, id, &facts)).collect();
    found.extend(case.history.answered.keys().filter_map(|call| acknowledged(case, *call)));
    found.extend(case.history.asked.keys().filter_map(|call| doubled(case, *call)));
    found
}

/// A commit of the log: in one piece, from a call that may have made it, and without a change in the sum of all money.
fn whole(case: &Case<'_>, id: CommitId, facts: &[&Fact]) -> Option<Violation> {
    let story = |promise, what: String| Violation::new(promise, what).facts(facts.iter().copied());
    let (first, last) = (facts.first()?, facts.last()?);
    if last.position - first.position + 1 != facts.len() as u64 {
        return Some(story(Promise::Whole, format!("others stand between the events of commit {id}")));
    }
    let moved = facts.iter().filter_map(|fact| if let Change::Add(amount) = fact.change { Some(amount) } else { None });
    let sum: i64 = moved.sum();
    if sum != 0 {
        return Some(story(Promise::Money, format!("commit {id} adds {sum} to the sum of all money")));
    }
    let Some(call) = first.call.filter(|call| case.history.asked.contains_key(call)) else {
        return Some(story(Promise::Explained, format!("commit {id} belongs to no call")));
    };
    let denied = match case.history.answer(call) {
        None | Some(Answer::Dropped) => false,
        Some(Answer::Accepted { commit, .. } | Answer::Unknown(commit)) => *commit != id,
        Some(_) => true,
    };
    denied.then(|| story(Promise::Explained, format!("commit {id} is there")).call(case.history, call))
}

fn acknowledged(case: &Case<'_>, call: Call) -> Option<Violation> {
    let (commit, position, versions) = match case.history.answer(call)? {
        Answer::Accepted { commit, position, versions, .. } => (*commit, *position, versions),
        Answer::Replayed { commit, position, versions } => (*commit, *position, versions),
        _ => return None,
    };
    let facts = case.log.commit(commit);
    let actual = facts.last().map(|fact| fact.position);
    let story = |what| Violation::new(Promise::Durable, what).call(case.history, call).facts(facts.iter().copied());
    if actual != position {
        return Some(story(format!("commit {commit} was acknowledged at {position:?}, and is at {actual:?}")));
    }
    let wrong = versions
        .iter()
        .find(|(stream, version)| position.is_some_and(|position| case.log.at(*stream, position).version != *version));
    wrong.map(|(stream, version)| story(format!("{stream} is not at version {version} after commit {commit}")))
}

fn doubled(case: &Case<'_>, call: Call) -> Option<Violation> {
    let commits = case.log.commits_of(call);
    let story = || Violation::new(Promise::NoDouble, format!("{} commits, one call", commits.len()));
    let facts = || commits.iter().flat_map(|id| case.log.commit(*id));
    (commits.len() > 1).then(|| story().call(case.history, call).facts(facts()))
}
