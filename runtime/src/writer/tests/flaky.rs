//! A database whose replies fail as they are told to. What it stores, the store in memory checks commit by commit: a batch
//! has to mean what its commits mean one after another.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt, pending, ready};
use tokio::task::yield_now;

use crate::{
    error::StoreError,
    id::CommitId,
    memory::MemoryStore,
    store::{Commit, LogPage, LogRead, Outcome, Place, Receipt, Refusal, Seen, Store, StreamPage, StreamRead},
    writer::{Batch, Driver, Fault, Found, Verdict},
};

/// What happens to one sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    /// It never arrives.
    LostBefore,
    /// It is executed; the answer is lost.
    LostAfter,
    /// It is parked, and executed once the next sending was.
    Late,
    /// The database asks for patience.
    Busy,
}

#[derive(Debug, Default)]
pub(super) struct Flaky {
    log: MemoryStore,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    mishaps: VecDeque<Mishap>,
    /// What follows when the script is over.
    then: Option<Mishap>,
    parked: Vec<Batch>,
    sizes: Vec<usize>,
    reads: Vec<usize>,
}

/// A stream that cannot be read.
pub(super) const UNREADABLE: &str = "s-unreadable";

pub(super) const POISON: &[u8] = b"{\"poison\":1}";

fn unavailable() -> StoreError {
    StoreError::Unavailable { context: "as told".into(), source: None }
}

impl Flaky {
    pub(super) fn told(mishaps: impl IntoIterator<Item = Mishap>) -> Self {
        let flaky = Self::default();
        flaky.inner().mishaps.extend(mishaps);
        flaky
    }

    pub(super) fn always(mishap: Mishap) -> Self {
        let flaky = Self::default();
        flaky.inner().then = Some(mishap);
        flaky
    }

    pub(super) fn recovers(&self) {
        self.inner().then = None;
    }

    /// How many commits each sending had.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.inner().sizes.clone()
    }

    /// How many streams each round trip read.
    pub(super) fn reads(&self) -> Vec<usize> {
        self.inner().reads.clone()
    }

    pub(super) fn log(&self) -> &MemoryStore {
        &self.log
    }

    /// Whatever is still parked arrives.
    pub(super) fn arrive(&self) {
        let parked = std::mem::take(&mut self.inner().parked);
        for batch in parked {
            let _ = self.execute(&batch);
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn execute(&self, batch: &Batch) -> Result<Vec<Verdict>, Fault> {
        if batch.commits().iter().any(|commit| commit.payloads().as_ref() == POISON) {
            return Err(Fault::Unstored(StoreError::Failed { context: "poison".into(), source: None }));
        }
        if batch.known_head().is_some() {
            let earlier: Vec<_> = batch.commits().iter().filter_map(|commit| self.earlier(commit)).collect();
            if !earlier.is_empty() {
                return Ok(batch.verdicts_of_earlier(&earlier));
            }
        }
        let mut found = Found { head: now(self.log.head()).unwrap_or_default(), ..Found::default() };
        for (index, expected) in batch.expectations().iter().enumerate() {
            let pages = now(self.log.read_streams(vec![StreamRead::new(expected.stream.clone())]));
            let page = pages.ok().and_then(|mut pages| pages.pop()).unwrap_or_default();
            let end = page
                .events
                .last()
                .map_or(Seen::Nothing, |last| Seen::At { version: last.version(), commit: last.commit() });
            if end != expected.seen {
                found.stale.push((index, end.version()));
            }
        }
        let mut accepted = Vec::new();
        for (index, commit) in batch.commits().iter().enumerate() {
            let outcome = now(self.log.submit(Place::unbounded(), commit.clone()).outcome());
            if let Outcome::Refused(taken @ Refusal::KeyTaken { .. }) = &outcome {
                found.taken.push((index, taken.clone()));
            }
            accepted.push(outcome);
        }
        let verdicts = batch.verdicts(found);
        for (verdict, outcome) in verdicts.iter().zip(accepted) {
            match (verdict, &outcome) {
                (Verdict::Committed(at), Outcome::Committed(receipt)) => assert_eq!(*at, receipt.position),
                (Verdict::Refused(_), Outcome::Refused(_)) => {}
                _ => unreachable!("the batch says {verdict:?}, its commits one by one {outcome:?}"),
            }
        }
        Ok(verdicts)
    }

    fn earlier(&self, commit: &Commit) -> Option<(CommitId, Option<u64>)> {
        let found = now(self.log.find_commit(commit.id())).ok().flatten();
        found.map(|receipt| (receipt.id, receipt.position))
    }
}

/// The answer of a store that never waits.
fn now<T>(answer: impl Future<Output = T>) -> T {
    answer.now_or_never().unwrap_or_else(|| unreachable!("the store in memory never waits"))
}

impl Driver for Flaky {
    fn append<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Verdict>, Fault>> {
        async move {
            // The round trip: others get to submit.
            yield_now().await;
            let (mishap, parked) = {
                let mut inner = self.inner();
                inner.sizes.push(batch.commits().len());
                let then = inner.then.unwrap_or(Mishap::None);
                (inner.mishaps.pop_front().unwrap_or(then), std::mem::take(&mut inner.parked))
            };
            let answer = match mishap {
                Mishap::None => self.execute(batch),
                Mishap::LostBefore => Err(Fault::Lost(unavailable())),
                Mishap::LostAfter => self.execute(batch).and(Err(Fault::Lost(unavailable()))),
                Mishap::Late => Err(Fault::Lost(unavailable())),
                Mishap::Busy => Err(Fault::Unstored(unavailable())),
            };
            for late in parked {
                let _ = self.execute(&late);
            }
            if mishap == Mishap::Late {
                self.inner().parked.push(batch.clone());
            }
            answer
        }
        .boxed()
    }

    fn read_streams(&self, reads: Vec<StreamRead>) -> BoxFuture<'_, Result<Vec<StreamPage>, StoreError>> {
        self.inner().reads.push(reads.len());
        async move {
            // Long enough for others to ask meanwhile.
            yield_now().await;
            if reads.iter().any(|read| read.stream.as_str() == UNREADABLE) {
                return Err(StoreError::Failed { context: "unreadable".into(), source: None });
            }
            self.log.read_streams(reads).await
        }
        .boxed()
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<LogPage, StoreError>> {
        self.log.read_log(read)
    }

    fn head(&self) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.log.head()
    }

    fn wait_beyond(&self, _: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        pending().boxed()
    }

    fn find_commit(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Receipt>, StoreError>> {
        self.log.find_commit(id)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}
