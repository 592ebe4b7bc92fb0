//! The log as projections read it: a page is fetched once for all that come by, and the next one on its way.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::task::JoinHandle;

use crate::{
    error::StoreError,
    id::CommitId,
    projection::{Delivery, Once},
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
    events: Vec<RawEvent>,
    /// Beside the events, if more than one projection wants them.
    once: Option<Box<[Once]>>,
}

type Fetched = Result<Arc<Page>, StoreError>;

/// Hands out pages of the log. Those last read are kept for whoever comes next, so that all who are at one place of the log
/// cost one reader.
pub(super) struct Feed {
    store: AnyStore,
    categories: Option<Arc<[String]>>,
    page: usize,
    keep: usize,
    /// Whether more than one projection reads it.
    shared: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    pages: VecDeque<Arc<Page>>,
    /// What is on its way, by the position that it begins behind.
    coming: HashMap<u64, Shared<BoxFuture<'static, Fetched>>>,
    /// Where the log ended when it was last looked at.
    end: Option<u64>,
    /// Whether so much of the last page was of no concern that the database had better leave it out.
    sparse: bool,
}

impl State {
    /// The page that goes on behind `after`, if it is kept.
    fn known(&self, after: u64) -> Option<Arc<Page>> {
        self.pages.iter().find(|page| page.after <= after && after < page.reached).map(Arc::clone)
    }
}

impl Feed {
    /// Reads the log in pages of so many events of these categories, and keeps so many pages.
    pub(super) fn new(
        store: AnyStore,
        categories: Option<Arc<[String]>>,
        page: usize,
        keep: usize,
        shared: bool,
    ) -> Arc<Self> {
        Arc::new(Self { store, categories, page, keep: keep.max(2), shared, state: Mutex::default() })
    }

    pub(super) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// The page that goes on behind `after`. It may begin earlier, if somebody else asked for it. Waits for one that is not
    /// empty of progress.
    pub(super) async fn page(self: &Arc<Self>, after: u64) -> Fetched {
        let coming = {
            let mut state = self.state();
            state.known(after).ok_or_else(|| self.fetch(&mut state, after))
        };
        let page = match coming {
            Ok(known) => known,
            Err(coming) => coming.await?,
        };
        self.read_ahead(&page);
        Ok(page)
    }

    /// Whoever takes a page in finds the next one there, or on its way.
    fn read_ahead(self: &Arc<Self>, page: &Page) {
        let mut state = self.state();
        if page.more && state.known(page.reached).is_none() {
            // It comes without anybody waiting for it.
            drop(self.fetch(&mut state, page.reached));
        }
    }

    fn fetch(self: &Arc<Self>, state: &mut State, after: u64) -> Shared<BoxFuture<'static, Fetched>> {
        if let Some(coming) = state.coming.get(&after) {
            return coming.clone();
        }
        let at_the_end = state.end == Some(after);
        let task = tokio::spawn(fetch(Arc::downgrade(self), self.read(after, state.sparse), at_the_end));
        let coming = Task(task).ended().boxed().shared();
        state.coming.insert(after, coming.clone());
        coming
    }

    fn read(&self, after: u64, sparse: bool) -> Reading {
        let mut read = LogRead::after(after);
        // One more, which tells whether the last commit ends here.
        read.limit = self.page + 1;
        // To look at every row costs the database more than to send those that nobody wants, as long as they are few.
        read.categories = self.categories.clone().filter(|_| sparse);
        Reading { store: self.store.clone(), read, shared: self.shared }
    }

    /// What was fetched is kept, and no longer on its way.
    fn keep(&self, after: u64, fetched: &Fetched) {
        let mut state = self.state();
        state.coming.remove(&after);
        let Ok(page) = fetched else { return };
        // One of so many is looked at, for all.
        const SAMPLE: usize = 16;
        let wanted = page.events.iter().step_by(SAMPLE).filter(|event| self.wants(event)).count() * SAMPLE;
        state.sparse = (wanted as u64) < (page.reached - page.after) / 2;
        if !page.more {
            state.end = Some(page.reached);
        }
        state.pages.push_back(Arc::clone(page));
        while state.pages.len() > self.keep {
            state.pages.pop_front();
        }
    }

    fn wants(&self, event: &RawEvent) -> bool {
        let category = event.stream().category();
        self.categories.as_ref().is_none_or(|categories| categories.iter().any(|known| known == category))
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
    shared: bool,
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
                let mut page = Page { after, reached: page.reached, more: page.more, events: page.events, once: None };
                page.end_with_a_commit(self.read.limit - 1);
                page.once = self.shared.then(|| page.events.iter().map(|_| Once::default()).collect());
                return Ok(page);
            }
            at_the_end = true;
        }
    }
}

impl Page {
    /// The events, on their way into a projection.
    pub(super) fn deliveries(&self) -> impl Iterator<Item = Delivery<'_>> {
        let once = self.once.as_deref().unwrap_or_default();
        let delivery = |(nth, event)| once.get(nth).map_or(Delivery::of(event), |once| Delivery::shared(event, once));
        self.events.iter().enumerate().map(delivery)
    }

    /// Leaves what is beyond `most` to the next page, so that no commit is torn apart.
    fn end_with_a_commit(&mut self, most: usize) {
        let whole = whole_commits(self.events.len(), most, |nth| self.events.get(nth).map(RawEvent::commit));
        let Some(left) = self.events.get(whole) else { return };
        (self.reached, self.more) = (left.position() - 1, true);
        self.events.truncate(whole);
    }
}

/// How many of so many events are at most `most`, and whole commits; unless the first commit has more.
pub(super) fn whole_commits(count: usize, most: usize, commit: impl Fn(usize) -> Option<CommitId>) -> usize {
    if count <= most {
        return count;
    }
    // Commits stand one behind the other: no event of another lies between those of one.
    let next = commit(most);
    (0..most).rev().find(|nth| commit(*nth) != next).map_or(most, |last| last + 1)
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

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::*;
    use crate::{
        memory::MemoryStore,
        store::{Commit, Expectation, NewEvent, Seen},
        stream::StreamName,
    };

    #[tokio::test]
    async fn the_next_page_is_on_its_way_and_no_more_than_that() -> Result<(), StoreError> {
        let store = MemoryStore::new();
        for n in 0..5 {
            let saw = vec![Expectation { stream: StreamName::from(format!("a-{n}")), seen: Seen::Nothing }];
            let event = NewEvent { stream: 0, name: "a.happened", schema_version: 1, payload: 0..2 };
            let commit = Commit::new(CommitId::fresh(), saw).with_events(vec![event], &b"{}"[..])?;
            store.submit(store.reserve().await?, commit).outcome().await;
        }
        let feed = Feed::new(AnyStore::new(store), None, 1, 8, false);
        for asked in 0..4 {
            assert_eq!(feed.page(asked).await?.reached, asked + 1);
            for _ in 0..100 {
                yield_now().await;
            }
            let kept: Vec<u64> = feed.state().pages.iter().map(|page| page.reached).collect();
            assert_eq!(kept, (1..=asked + 2).collect::<Vec<_>>());
        }
        Ok(())
    }
}
