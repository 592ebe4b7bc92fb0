//! Which of the waiting commits go together, and what is left for the database to check. Pure.

use std::collections::{HashMap, HashSet, VecDeque};

use foldhash::fast::RandomState;

use super::batch::{Batch, Link};
use crate::{
    id::CommitId,
    store::{Commit, Expectation, Seen},
    stream::StreamName,
};

/// A commit that waits, and what is held for the one who waits for it.
#[derive(Debug)]
pub(super) struct Waiting<W> {
    pub(super) commit: Commit,
    pub(super) waiter: W,
    /// Its share of the bytes that a batch may have.
    pub(super) weight: usize,
}

/// How much goes into one batch. The first commit always does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) commits: usize,
    pub(super) bytes: usize,
}

/// What to do with the queue.
#[derive(Debug)]
pub(super) struct Plan<W> {
    /// To be sent now.
    pub(super) batch: Batch,
    /// Who waits for each commit of the batch, with its weight.
    pub(super) waiters: Vec<(W, usize)>,
    /// To be refused now: what they stand on has failed, as seen on this stream.
    pub(super) doomed: Vec<(Waiting<W>, StreamName)>,
    /// For the next batch, in order.
    pub(super) held: VecDeque<Waiting<W>>,
}

/// What the batch makes of a stream so far.
struct Running {
    end: Seen,
    expectation: usize,
    /// The last commit of the batch that wrote it.
    writer: Option<usize>,
}

enum Fate {
    Taken,
    Held,
    Doomed(StreamName),
}

/// Takes from the queue, in order, what can be appended together.
///
/// A commit is taken if it stands exactly on what the batch so far makes of every stream that it saw. One that does not is
/// held for the next batch, and so is every later one that shares a stream with it: it may stand on it. Two commits with
/// one idempotency key are never in one batch, for the second has to meet what the first left behind.
///
/// `failed` are commits that came to nothing; whatever saw one of them cannot hold.
pub(super) fn plan<W>(queue: VecDeque<Waiting<W>>, failed: &mut HashSet<CommitId>, room: Room) -> Plan<W> {
    let queue: Vec<Waiting<W>> = queue.into();
    let (fates, expectations, uses, stands) = weigh(&queue, failed, room);
    let mut batch = Batch { expectations, uses, stands, ..Batch::default() };
    let (mut waiters, mut doomed, mut held) = (Vec::with_capacity(queue.len()), Vec::new(), VecDeque::new());
    for (waiting, fate) in queue.into_iter().zip(fates) {
        match fate {
            Fate::Taken => {
                batch.commits.push(waiting.commit);
                waiters.push((waiting.waiter, waiting.weight));
            }
            Fate::Held => held.push_back(waiting),
            Fate::Doomed(stream) => doomed.push((waiting, stream)),
        }
    }
    Plan { batch, waiters, doomed, held }
}

type Weighed = (Vec<Fate>, Vec<Expectation>, Vec<Link>, Vec<Link>);

fn weigh<W>(queue: &[Waiting<W>], failed: &mut HashSet<CommitId>, room: Room) -> Weighed {
    let mut running: HashMap<&StreamName, Running, RandomState> =
        HashMap::with_capacity_and_hasher(queue.len(), RandomState::default());
    let (mut expectations, mut uses, mut stands) = (Vec::new(), Vec::new(), Vec::new());
    let mut held: HashSet<&StreamName, RandomState> = HashSet::default();
    let mut keys: HashSet<&str, RandomState> = HashSet::default();
    let (mut taken, mut bytes, mut full) = (0, 0_usize, false);

    let mut fates = Vec::with_capacity(queue.len());
    for Waiting { commit, weight, .. } in queue {
        if let Some(stream) = stands_on_failed(commit, failed) {
            failed.insert(commit.id());
            fates.push(Fate::Doomed(stream));
            continue;
        }
        full |= taken > 0 && (taken >= room.commits || bytes.saturating_add(*weight) > room.bytes);
        let fits = |seen: &Expectation| {
            !held.contains(&seen.stream) && running.get(&seen.stream).is_none_or(|so_far| so_far.end == seen.seen)
        };
        let key_is_free = commit.key().is_none_or(|key| !keys.contains(&*key.key));
        if let Some(key) = commit.key() {
            keys.insert(&key.key);
        }
        if full || !key_is_free || !commit.expectations().iter().all(fits) {
            held.extend(commit.expectations().iter().map(|seen| &seen.stream));
            fates.push(Fate::Held);
            continue;
        }
        for seen in commit.expectations() {
            let so_far = running.entry(&seen.stream).or_insert_with(|| {
                expectations.push(seen.clone());
                Running { end: seen.seen, expectation: expectations.len() - 1, writer: None }
            });
            match so_far.writer {
                Some(on) => stands.push(Link { commit: taken, on }),
                None => uses.push(Link { commit: taken, on: so_far.expectation }),
            }
        }
        for event in commit.events() {
            let stream = commit.expectations().get(event.stream).map(|seen| &seen.stream);
            if let Some(so_far) = stream.and_then(|stream| running.get_mut(stream)) {
                so_far.end = Seen::At { version: so_far.end.version().saturating_add(1), commit: commit.id() };
                so_far.writer = Some(taken);
            }
        }
        (taken, bytes) = (taken + 1, bytes.saturating_add(*weight));
        fates.push(Fate::Taken);
    }
    (fates, expectations, uses, stands)
}

fn stands_on_failed(commit: &Commit, failed: &HashSet<CommitId>) -> Option<StreamName> {
    if failed.is_empty() {
        return None;
    }
    let on_failed = |seen: &&Expectation| matches!(seen.seen, Seen::At { commit, .. } if failed.contains(&commit));
    commit.expectations().iter().find(on_failed).map(|seen| seen.stream.clone())
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
