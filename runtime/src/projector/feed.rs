//! The log as projections read it: a page is fetched once for all that come by, and the next one on its way.

use std::{
    borrow::Borrow,
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::task::JoinHandle;

use crate::{
    error::StoreError,
    recorded::RawEvent,
    store::{AnyStore, LogRead, Store},
};

/// Events between two positions.
#[derive(Debug)]
pub(super) struct Page {
    /// Only events behind this position.
    after: u64,
    /// All that was asked for up to here is in this page.
    pub(super) reached: u64,
    /// Whether there was more when it was read.
    more: bool,
    pub(super) events: Vec<RawEvent>,
}

type Fetched = Result<Arc<Page>, StoreError>;

/// Hands out pages of the log. Those last read are kept for whoever comes next, so that all who are at one place of the log
/// cost one reader.
pub(super) struct Feed {
    store: AnyStore,
    categories: Option<Arc<[String]>>,
    page: usize,
    keep: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pages: VecDeque<Arc<Page>>,
    /// What is on its way, by the position that it begins behind.
    coming: HashMap<u64, Shared<BoxFuture<'static, Fetched>>>,
    /// Where the log ended when it was last looked at.
    end: Option<u64>,
}

impl Feed {
    /// Reads the log in pages of so many events of these categories, and keeps so many pages.
    pub(super) fn new(store: AnyStore, categories: Option<Arc<[String]>>, page: usize, keep: usize) -> Arc<Self> {
        Arc::new(Self { store, categories, page, keep: keep.max(2), state: Mutex::default() })
    }

    pub(super) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// The page that goes on behind `after`. It may begin earlier, if somebody else asked for it. Waits for one that is not
    /// empty of progress.
    pub(super) async fn page(self: &Arc<Self>, after: u64) -> Fetched {
        let coming = {
            let mut state = self.state();
            let known = state.pages.iter().find(|page| page.after <= after && after < page.reached).map(Arc::clone);
            match known {
                Some(page) => {
                    if page.more {
                        // It is on its way without anybody waiting for it.
                        drop(self.fetch(&mut state, page.reached));
                    }
                    return Ok(page);
                }
                None => self.fetch(&mut state, after),
            }
        };
        coming.await
    }

    fn fetch(self: &Arc<Self>, state: &mut State, after: u64) -> Shared<BoxFuture<'static, Fetched>> {
        if let Some(coming) = state.coming.get(&after) {
            return coming.clone();
        }
        let at_the_end = state.end == Some(after);
        let task = tokio::spawn(fetch(Arc::downgrade(self), self.read(after), at_the_end));
        let coming = Task(task).ended().boxed().shared();
        state.coming.insert(after, coming.clone());
        coming
    }

    fn read(&self, after: u64) -> Reading {
        let mut read = LogRead::after(after);
        // One more, which tells whether the last commit ends here.
        read.limit = self.page + 1;
        read.categories.clone_from(&self.categories);
        Reading { store: self.store.clone(), read }
    }

    /// What was fetched is kept, and no longer on its way.
    fn keep(&self, after: u64, fetched: &Fetched) {
        let mut state = self.state();
        state.coming.remove(&after);
        let Ok(page) = fetched else { return };
        if !page.more {
            state.end = Some(page.reached);
        }
        state.pages.push_back(Arc::clone(page));
        while state.pages.len() > self.keep {
            state.pages.pop_front();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("categories", &self.categories).field("page", &self.page).finish_non_exhaustive()
    }
}

struct Reading {
    store: AnyStore,
    read: LogRead,
}

async fn fetch(feed: Weak<Feed>, reading: Reading, at_the_end: bool) -> Fetched {
    let after = reading.read.after;
    let fetched = reading.run(at_the_end).await.map(Arc::new);
    if let Some(feed) = feed.upgrade() {
        feed.keep(after, &fetched);
    }
    fetched
}

impl Reading {
    async fn run(self, mut at_the_end: bool) -> Result<Page, StoreError> {
        let after = self.read.after;
        loop {
            if at_the_end {
                self.store.wait_beyond(after).await?;
            }
            let page = self.store.read_log(self.read.clone()).await?;
            if page.reached > after {
                let mut page = Page { after, reached: page.reached, more: page.more, events: page.events };
                page.end_with_a_commit(self.read.limit - 1);
                return Ok(page);
            }
            at_the_end = true;
        }
    }
}

impl Page {
    /// Leaves what is beyond `most` to the next page, so that no commit is torn apart.
    fn end_with_a_commit(&mut self, most: usize) {
        let whole = whole_commits(&self.events, most);
        let Some(left) = self.events.get(whole) else { return };
        (self.reached, self.more) = (left.position() - 1, true);
        self.events.truncate(whole);
    }
}

/// How many of these events are at most so many, and whole commits; unless the first commit has more.
pub(super) fn whole_commits(events: &[impl Borrow<RawEvent>], most: usize) -> usize {
    let Some(next) = events.get(most).map(|event| event.borrow().commit()) else { return events.len() };
    // Commits stand one behind the other: no event of another lies between those of one.
    let before = events.iter().take(most).rposition(|event| event.borrow().commit() != next);
    before.map_or(most, |last| last + 1)
}

/// Stops when nobody waits for its end any more.
struct Task(JoinHandle<Fetched>);

impl Task {
    async fn ended(mut self) -> Fetched {
        match (&mut self.0).await {
            Ok(fetched) => fetched,
            // The runtime is being shut down, and the store with it.
            Err(_) => Err(StoreError::Closed),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
