//! How far projections are, for as long as this process lives.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use futures_util::future::{BoxFuture, FutureExt, ready};

use crate::{
    error::StoreError,
    store::{Checkpoint, Checkpoints, Claim, Lease, Snapshot},
};

#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    runs: HashMap<String, Run>,
    snapshots: HashMap<String, Snapshot>,
}

#[derive(Debug)]
struct Run {
    /// Who runs it, and until when without another sign of life; `None` is a time that no clock can name.
    owner: Option<(u128, Option<Instant>)>,
    fence: u64,
    checkpoint: Checkpoint,
}

impl Kept {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn claim(&mut self, claimed: &Lease, start: &Checkpoint) -> Claim {
        let run = self.runs.entry(claimed.name.to_string()).or_insert_with(|| Run {
            owner: None,
            fence: 0,
            checkpoint: start.clone(),
        });
        let now = Instant::now();
        match run.owner {
            Some((owner, until)) if owner != claimed.owner && until.is_none_or(|until| until > now) => {
                Claim::Held(run.checkpoint.clone())
            }
            owner => {
                if owner.is_none_or(|(owner, _)| owner != claimed.owner) {
                    run.fence += 1;
                }
                run.owner = Some((claimed.owner, now.checked_add(claimed.term)));
                Claim::Granted(Lease { fence: run.fence, ..claimed.clone() }, run.checkpoint.clone())
            }
        }
    }

    fn owned(&mut self, lease: &Lease) -> Option<&mut Run> {
        let owned = |run: &&mut Run| run.owner.is_some_and(|(owner, _)| owner == lease.owner);
        self.runs.get_mut(&*lease.name).filter(owned)
    }
}

impl Checkpoints for Kept {
    fn claim<'a>(&'a self, claimed: &'a Lease, start: &'a Checkpoint) -> BoxFuture<'a, Result<Claim, StoreError>> {
        ready(Ok(self.state().claim(claimed, start))).boxed()
    }

    fn renew<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut state = self.state();
        let owned = state.owned(lease);
        let renewed = owned.map(|run| run.owner = Some((lease.owner, Instant::now().checked_add(lease.term))));
        ready(Ok(renewed.is_some())).boxed()
    }

    fn advance<'a>(&'a self, lease: &'a Lease, to: &'a Checkpoint) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        let mut state = self.state();
        let moved = state.owned(lease).filter(|run| run.fence == lease.fence).map(|run| {
            run.owner = Some((lease.owner, Instant::now().checked_add(lease.term)));
            run.fence += 1;
            // What the code stands for is kept from the first event on.
            run.checkpoint = Checkpoint { code: run.checkpoint.code, ..to.clone() };
            Lease { fence: run.fence, ..lease.clone() }
        });
        ready(Ok(moved)).boxed()
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, Result<(), StoreError>> {
        if let Some(run) = self.state().owned(lease) {
            run.owner = None;
        }
        ready(Ok(())).boxed()
    }

    fn checkpoint<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Checkpoint>, StoreError>> {
        ready(Ok(self.state().runs.get(name).map(|run| run.checkpoint.clone()))).boxed()
    }

    fn snapshot<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Snapshot>, StoreError>> {
        ready(Ok(self.state().snapshots.get(name).cloned())).boxed()
    }

    fn save<'a>(&'a self, name: &'a str, snapshot: &'a Snapshot) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut state = self.state();
        let known = state.snapshots.get(name).map(|known| &known.checkpoint);
        let later = known.is_none_or(|known| {
            known.code != snapshot.checkpoint.code || known.position <= snapshot.checkpoint.position
        });
        if later {
            state.snapshots.insert(name.to_owned(), snapshot.clone());
        }
        ready(Ok(())).boxed()
    }
}
