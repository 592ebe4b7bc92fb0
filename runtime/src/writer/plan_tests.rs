//! The planner's rules, each on the smallest queue that shows it.

use bytes::Bytes;

use super::*;
use crate::{
    store::{IdempotencyKey, NewEvent, Refusal},
    writer::batch::{Found, Verdict},
};

const ROOMY: Room = Room { commits: 100, bytes: 1_000_000 };

fn id(n: u128) -> CommitId {
    CommitId::from_u128(n)
}

fn at(version: u64, commit: u128) -> Seen {
    Seen::At { version, commit: id(commit) }
}

/// A commit that saw these, and writes an event on the first `writes` of them.
fn commit(n: u128, saw: &[(&str, Seen)], writes: usize) -> Commit {
    let saw = saw.iter().map(|(stream, seen)| Expectation { stream: (*stream).into(), seen: *seen }).collect();
    let event = |stream| NewEvent { stream, name: "happened", schema_version: 1, payload: 0..2 };
    let commit = Commit::new(id(n), saw).with_events((0..writes).map(event).collect(), Bytes::from_static(b"{}"));
    commit.unwrap_or_else(|error| unreachable!("{error}"))
}

fn queue(commits: impl IntoIterator<Item = Commit>) -> VecDeque<Waiting<()>> {
    commits.into_iter().map(|commit| Waiting { commit, waiter: (), weight: 10 }).collect()
}

fn planned(commits: impl IntoIterator<Item = Commit>) -> Plan<()> {
    plan(queue(commits), &mut HashSet::new(), ROOMY)
}

fn ids<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Vec<u128> {
    commits.into_iter().map(|commit| commit.id().as_u128()).collect()
}

fn taken_and_held(plan: &Plan<()>) -> (Vec<u128>, Vec<u128>) {
    (ids(plan.batch.commits()), ids(plan.held.iter().map(|waiting| &waiting.commit)))
}

/// Which commits are refused when these expectations are stale.
fn refused(batch: &Batch, stale: &[&str]) -> Vec<u128> {
    let index = |stream| batch.expectations().iter().position(|seen| seen.stream.as_str() == stream);
    let stale = stale.iter().filter_map(|stream| Some((index(*stream)?, 9))).collect();
    let verdicts = batch.verdicts(Found { stale, ..Found::default() });
    let refused = batch.commits().iter().zip(verdicts).filter(|(_, verdict)| matches!(verdict, Verdict::Refused(_)));
    ids(refused.map(|(commit, _)| commit))
}

#[test]
fn a_chain_goes_together_and_asks_only_for_its_base() {
    let plan = planned([
        commit(1, &[("a", at(4, 90))], 1),
        commit(2, &[("a", at(5, 1))], 1),
        commit(3, &[("a", at(6, 2)), ("b", Seen::Nothing)], 0),
    ]);
    assert_eq!(taken_and_held(&plan), (vec![1, 2, 3], vec![]));
    let outer: Vec<_> = plan.batch.expectations().iter().map(|seen| (seen.stream.as_str(), seen.seen)).collect();
    assert_eq!(outer, [("a", at(4, 90)), ("b", Seen::Nothing)]);
    assert_eq!(refused(&plan.batch, &["a"]), [1, 2, 3]);
    assert_eq!(refused(&plan.batch, &["b"]), [3]);
}

#[test]
fn a_version_that_another_commit_made_is_another_state() {
    let plan = planned([commit(1, &[("a", at(4, 90))], 1), commit(2, &[("a", at(5, 77))], 1)]);
    assert_eq!(taken_and_held(&plan), (vec![1], vec![2]));
}

#[test]
fn sharing_a_read_is_no_bond() {
    // All three read the rates; the first is stale elsewhere. The others stand on nothing that it wrote.
    let plan = planned([
        commit(1, &[("mine", at(1, 90)), ("rates", at(3, 91))], 1),
        commit(2, &[("yours", at(1, 92)), ("rates", at(3, 91))], 1),
        commit(3, &[("rates", at(3, 91))], 0),
    ]);
    assert_eq!(taken_and_held(&plan), (vec![1, 2, 3], vec![]));
    assert_eq!(refused(&plan.batch, &["mine"]), [1]);
    assert_eq!(refused(&plan.batch, &["rates"]), [1, 2, 3]);
}

#[test]
fn a_refused_reader_leaves_the_writer_behind_it_alone() {
    // 1 only read `a`; 2 writes it from the same state; 3 stands on 2.
    let plan = planned([
        commit(1, &[("b", at(1, 90)), ("a", at(2, 91))], 1),
        commit(2, &[("a", at(2, 91))], 1),
        commit(3, &[("a", at(3, 2))], 1),
    ]);
    assert_eq!(refused(&plan.batch, &["b"]), [1]);
    assert_eq!(refused(&plan.batch, &["a"]), [1, 2, 3]);
}

#[test]
fn refusals_spread_along_what_was_written_and_no_further() {
    let plan = planned([
        commit(1, &[("a", at(1, 90))], 1),
        commit(2, &[("b", at(1, 91)), ("a", at(2, 1))], 1),
        commit(3, &[("c", at(1, 92)), ("b", at(2, 2))], 1),
        commit(4, &[("d", at(1, 93))], 1),
    ]);
    assert_eq!(taken_and_held(&plan), (vec![1, 2, 3, 4], vec![]));
    assert_eq!(refused(&plan.batch, &["a"]), [1, 2, 3]);
    assert_eq!(refused(&plan.batch, &["c"]), [3]);
}

#[test]
fn what_is_out_of_step_waits_with_all_that_shares_a_stream_with_it() {
    let plan = planned([
        commit(1, &[("a", at(1, 90))], 1),
        commit(2, &[("a", at(1, 90)), ("b", Seen::Nothing)], 1), // saw what 1 has changed
        commit(3, &[("b", Seen::Nothing)], 1),                   // might stand on 2
        commit(4, &[("c", Seen::Nothing)], 1),
    ]);
    assert_eq!(taken_and_held(&plan), (vec![1, 4], vec![2, 3]));
}

#[test]
fn one_key_is_not_twice_in_a_batch() {
    let keyed = |n| {
        let key = IdempotencyKey { key: "once".into(), fingerprint: 7 };
        commit(n, &[(if n == 1 { "a" } else { "b" }, Seen::Nothing)], 1).with_key(key)
    };
    let commits: Vec<Commit> = [1, 2].into_iter().filter_map(|n| keyed(n).ok()).collect();
    assert_eq!(taken_and_held(&planned(commits)), (vec![1], vec![2]));
}

#[test]
fn what_stands_on_a_failed_commit_fails_and_so_does_what_stands_on_that() {
    let mut failed = HashSet::from([id(50)]);
    let commits = [
        commit(1, &[("a", at(5, 50))], 1),
        commit(2, &[("b", at(1, 91)), ("a", at(6, 1))], 1),
        commit(3, &[("b", at(1, 91))], 1),
    ];
    let plan = plan(queue(commits), &mut failed, ROOMY);
    let doomed: Vec<_> =
        plan.doomed.iter().map(|(waiting, stream)| (waiting.commit.id().as_u128(), stream.as_str())).collect();
    assert_eq!(doomed, [(1, "a"), (2, "a")]);
    assert_eq!(taken_and_held(&plan), (vec![3], vec![]));
}

#[test]
fn a_batch_has_bounds_and_room_for_one() {
    let three = || (1..=3).map(|n| commit(n, &[(["a", "b", "c"][n as usize - 1], Seen::Nothing)], 1));
    let held_with = |room| taken_and_held(&plan(queue(three()), &mut HashSet::new(), room));
    assert_eq!(held_with(Room { commits: 2, ..ROOMY }), (vec![1, 2], vec![3]));
    assert_eq!(held_with(Room { bytes: 25, ..ROOMY }), (vec![1, 2], vec![3]));
    assert_eq!(held_with(Room { bytes: 0, commits: 0 }), (vec![1], vec![2, 3]));
}

#[test]
fn positions_count_what_was_accepted_and_versions_come_from_the_database_alone() {
    let plan = planned([
        commit(1, &[("a", at(1, 90)), ("b", Seen::Nothing)], 2),
        commit(2, &[("c", at(1, 91))], 1),
        commit(3, &[("c", at(2, 2))], 1),
        commit(4, &[("d", Seen::Nothing)], 0),
        commit(5, &[("e", Seen::Nothing)], 1),
    ]);
    let verdicts = plan.batch.verdicts(Found { head: 10, stale: vec![(2, 6)], taken: vec![] });
    let stale = |actual| Verdict::Refused(Refusal::Stale { stream: "c".into(), actual });
    let committed = Verdict::Committed;
    assert_eq!(verdicts, [committed(Some(12)), stale(Some(6)), stale(None), committed(None), committed(Some(13))]);
}
