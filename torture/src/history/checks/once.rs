//! A key takes effect once, and everybody hears the first outcome.

use std::collections::BTreeMap;

use super::{
    super::{
        record::{Answer, Call},
        violation::{Promise, Violation},
    },
    Case,
};
use foldline::CommitId;

pub(super) fn check(case: &Case<'_>) -> Vec<Violation> {
    let mut keys: BTreeMap<&str, Vec<Call>> = BTreeMap::new();
    for (call, asked) in &case.history.asked {
        if let Some(key) = &asked.key {
            keys.entry(key).or_default().push(*call);
        }
    }
    keys.into_iter().filter_map(|(key, calls)| one(case, key, &calls)).collect()
}

fn one(case: &Case<'_>, key: &str, calls: &[Call]) -> Option<Violation> {
    // Who says which commit the key stands for: the log, whoever was first, and whoever came later.
    let mut outcomes: BTreeMap<CommitId, Call> = BTreeMap::new();
    let mut first = None;
    for call in calls {
        for commit in case.log.commits_of(*call) {
            outcomes.entry(*commit).or_insert(*call);
            first = Some(*call);
        }
        match case.history.answer(*call) {
            Some(Answer::Accepted { commit, .. }) => {
                outcomes.entry(*commit).or_insert(*call);
                first = Some(*call);
            }
            Some(Answer::Replayed { commit, .. } | Answer::KeyReused(commit)) => {
                outcomes.entry(*commit).or_insert(*call);
            }
            _ => {}
        }
    }
    let story = |what: String, calls: &mut dyn Iterator<Item = Call>| {
        calls.fold(Violation::new(Promise::Once, what), |story, call| story.call(case.history, call))
    };
    if outcomes.len() > 1 {
        let what = format!("the key {key} stands for {} commits", outcomes.len());
        return Some(story(what, &mut outcomes.into_values()));
    }
    // Where the first outcome is nobody's, it is that of a call that was never answered, or had nothing to record.
    let request = |call: Call| case.history.asked.get(&call).map(|asked| &asked.request);
    let wrong = calls.iter().find(|call| match (case.history.answer(**call), first) {
        (Some(Answer::Replayed { .. }), Some(first)) => request(**call) != request(first),
        (Some(Answer::KeyReused(_)), Some(first)) => request(**call) == request(first),
        (Some(Answer::Replayed { .. } | Answer::KeyReused(_)), None) => !calls.iter().any(|call| may_have(case, *call)),
        _ => false,
    });
    let what = format!("the key {key} stands for another command than it was answered");
    wrong.map(|call| story(what, &mut [*call].into_iter().chain(first)))
}

/// Whether a call may have taken effect without anybody having been told.
fn may_have(case: &Case<'_>, call: Call) -> bool {
    matches!(case.history.answer(call), None | Some(Answer::Unknown(_) | Answer::Dropped))
}
