//! Reads that come while others are under way wait for them, and then go together, in one round trip.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{runtime::Handle, sync::oneshot};

use super::driver::Driver;
use crate::{
    error::StoreError,
    store::{StreamPage, StreamRead},
};

/// How many callers' reads go together. A page may be long, and all of them wait for the longest.
const TOGETHER: usize = 64;

type Pages = Result<Vec<StreamPage>, StoreError>;

/// Sends reads to a database: at once while few are under way, and gathered after that.
#[derive(Debug)]
pub(super) struct Readers<D> {
    driver: Arc<D>,
    runtime: Handle,
    lanes: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    under_way: usize,
    waiting: VecDeque<Waiting>,
}

/// A caller's reads, and where the answer is waited for.
#[derive(Debug)]
struct Waiting {
    reads: Vec<StreamRead>,
    answer: oneshot::Sender<Pages>,
}

/// The right to have one round trip under way. Whoever gives it back hands it to those who wait.
struct Turn<D: Driver>(Arc<Readers<D>>);

impl<D: Driver> Readers<D> {
    /// With so many round trips under way at once, on the current tokio runtime.
    pub(super) fn new(driver: Arc<D>, lanes: usize) -> Arc<Self> {
        Arc::new(Self { driver, runtime: Handle::current(), lanes: lanes.max(1), state: Mutex::default() })
    }

    pub(super) async fn read(self: &Arc<Self>, reads: Vec<StreamRead>) -> Pages {
        match self.enter(reads) {
            Ok((_turn, reads)) => self.driver.read_streams(reads).await,
            Err(answer) => answer.await.unwrap_or(Err(StoreError::Closed)),
        }
    }

    /// A turn for these reads, or the answer that somebody else's turn will bring.
    fn enter(self: &Arc<Self>, reads: Vec<StreamRead>) -> Result<(Turn<D>, Vec<StreamRead>), oneshot::Receiver<Pages>> {
        let mut state = self.state();
        if state.under_way < self.lanes {
            state.under_way += 1;
            return Ok((Turn(Arc::clone(self)), reads));
        }
        let (answer, answered) = oneshot::channel();
        state.waiting.push_back(Waiting { reads, answer });
        Err(answered)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Driver> Turn<D> {
    /// Reads for everybody at once; if that fails for good, for each alone, so that nobody is told of another's fault.
    async fn read_for(self, together: Vec<Waiting>) {
        let driver = &self.0.driver;
        let all = together.iter().flat_map(|one| one.reads.iter().cloned()).collect();
        match driver.read_streams(all).await {
            Ok(pages) => {
                let mut pages = pages.into_iter();
                for Waiting { reads, answer } in together {
                    // Who does not wait any more is not answered.
                    let _ = answer.send(Ok(pages.by_ref().take(reads.len()).collect()));
                }
            }
            Err(error) if error.is_transient() || together.len() == 1 => {
                for Waiting { answer, .. } in together {
                    let _ = answer.send(Err(error.clone()));
                }
            }
            Err(_) => {
                for Waiting { reads, answer } in together {
                    let _ = answer.send(driver.read_streams(reads).await);
                }
            }
        }
    }
}

impl<D: Driver> Drop for Turn<D> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting.retain(|one| !one.answer.is_closed());
        if state.waiting.is_empty() {
            state.under_way -= 1;
            return;
        }
        let most = state.waiting.len().min(TOGETHER);
        let together = state.waiting.drain(..most).collect();
        drop(state);
        let turn = Self(Arc::clone(&self.0));
        self.0.runtime.spawn(turn.read_for(together));
    }
}
