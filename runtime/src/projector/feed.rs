//! The log as projections read it: a page is fetched once for all that come by, and the next two on their way.

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
    coming: HashMap<u64, Coming>,
    /// Where the log ended when it was last looked at.
    end: Option<u64>,
    /// Whether so much of the last page was of no concern that the database had better leave it out.
    sparse: bool,
    /// Whether the last page ended so early, for a large commit's sake, that it is no use to guess where the next one will.
    uneven: bool,
}

/// A page on its way.
#[derive(Clone)]
struct Coming {
    after: u64,
    page: Shared<BoxFuture<'static, Fetched>>,
    /// Whether it was asked for before it was known that it would be needed, and may be of no use.
    guessed: bool,
}

/// A page ends with a commit, and where that is shows when it is there. One that is guessed to follow begins so much before
/// where the one before must end, and will do unless a commit is larger than this.
const OVERLAP: u64 = 16;

impl State {
    /// The page that goes on behind `after`, if it is kept.
    fn known(&self, after: u64) -> Option<Arc<Page>> {
        self.pages.iter().find(|page| page.after <= after && after < page.reached).map(Arc::clone)
    }

    /// The one that does, or was guessed to, if it is on its way.
    fn coming(&self, after: u64) -> Option<&Coming> {
        let guesses = (1..=OVERLAP).filter_map(|back| self.coming.get(&after.checked_sub(back)?));
        self.coming.get(&after).into_iter().chain(guesses.filter(|coming| coming.guessed)).next()
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
        Arc::new(Self { store, categories, page, keep: keep.max(3), shared, state: Mutex::default() })
    }

    pub(super) fn store(&self) -> &AnyStore {
        &self.store
    }

    /// The page that goes on behind `after`. It may begin earlier, if somebody else asked for it. Waits for one that is not
    /// empty of progress.
    pub(super) async fn page(self: &Arc<Self>, after: u64) -> Fetched {
        loop {
            let coming = {
                let mut state = self.state();
                if let Some(page) = state.known(after) {
                    self.read_ahead(&mut state, &page);
                    return Ok(page);
                }
                let coming = state.coming(after).cloned();
                coming.unwrap_or_else(|| self.fetch(&mut state, after, false))
            };
            let fetched = coming.page.await;
            if !coming.guessed {
                let page = fetched?;
                self.read_ahead(&mut self.state(), &page);
                return Ok(page);
            }
            // Whether the guess was right is seen above; if it was not, it is asked for by nobody any more.
            self.state().coming.remove(&coming.after);
        }
    }

    /// Whoever takes a page in finds the next one there, or on its way; and the database is not idle while that is read.
    fn read_ahead(self: &Arc<Self>, state: &mut State, page: &Page) {
        if !page.more {
            return;
        }
        let next = match state.known(page.reached) {
            Some(next) if !next.more => return,
            Some(next) => next.after,
            // They come without anybody waiting for them.
            None => match state.coming(page.reached) {
                Some(coming) => coming.after,
                None => self.fetch(state, page.reached, false).after,
            },
        };
        let far = (next + self.page as u64).saturating_sub(OVERLAP);
        let can_be_guessed = !state.sparse && !state.uneven && self.page as u64 > 2 * OVERLAP;
        if can_be_guessed && state.known(far).is_none() && state.coming(far).is_none() {
            self.fetch(state, far, true);
        }
    }

    fn fetch(self: &Arc<Self>, state: &mut State, after: u64, guessed: bool) -> Coming {
        let at_the_end = state.end == Some(after);
        let reading = self.read(after, state.sparse, guessed);
        let task = tokio::spawn(fetch(Arc::downgrade(self), reading, at_the_end));
        let coming = Coming { after, page: Task(task).ended().boxed().shared(), guessed };
        state.coming.insert(after, coming.clone());
        coming
    }

    fn read(&self, after: u64, sparse: bool, guessed: bool) -> Reading {
        let mut read = LogRead::after(after);
        // One more, which tells whether the last commit ends here.
        read.limit = self.page + 1;
        // To look at every row costs the database more than to send those that nobody wants, as long as they are few.
        read.categories = self.categories.clone().filter(|_| sparse);
        Reading { store: self.store.clone(), read, shared: self.shared, guessed }
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
        state.uneven = page.more && page.reached + OVERLAP < page.after + self.page as u64;
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
    guessed: bool,
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
            if self.guessed {
                return Err(StoreError::BeyondHead { what: "a guess", asked: after, head: page.reached });
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

    /// A log of so many commits of so many events each.
    async fn log(commits: u64, events: u64) -> Result<AnyStore, StoreError> {
        let store = MemoryStore::new();
        for n in 0..commits {
            let saw = vec![Expectation { stream: StreamName::from(format!("a-{n}")), seen: Seen::Nothing }];
            let event = NewEvent { stream: 0, name: "a.happened", schema_version: 1, payload: 0..2 };
            let events = (0..events).map(|_| event.clone()).collect();
            let commit = Commit::new(CommitId::fresh(), saw).with_events(events, &b"{}"[..])?;
            store.submit(store.reserve().await?, commit).outcome().await;
        }
        Ok(AnyStore::new(store))
    }

    async fn what_is_on_its_way_comes() {
        for _ in 0..100 {
            yield_now().await;
        }
    }

    fn kept(feed: &Feed) -> Vec<(u64, u64)> {
        feed.state().pages.iter().map(|page| (page.after, page.reached)).collect()
    }

    #[tokio::test]
    async fn the_next_page_is_on_its_way_and_no_more_than_that() -> Result<(), StoreError> {
        let feed = Feed::new(log(5, 1).await?, None, 1, 8, false);
        for asked in 0..4 {
            assert_eq!(feed.page(asked).await?.reached, asked + 1);
            what_is_on_its_way_comes().await;
            assert_eq!(kept(&feed), (0..=asked + 1).map(|at| (at, at + 1)).collect::<Vec<_>>());
        }
        Ok(())
    }

    #[tokio::test]
    async fn the_next_but_one_is_guessed_where_pages_are_large() -> Result<(), StoreError> {
        let feed = Feed::new(log(500, 1).await?, None, 100, 8, false);
        feed.page(0).await?;
        what_is_on_its_way_comes().await;
        assert_eq!(kept(&feed), [(0, 100), (100, 200), (184, 284)]);
        // The third page does for what comes behind the second.
        assert_eq!(feed.page(200).await?.reached, 284);
        what_is_on_its_way_comes().await;
        assert_eq!(kept(&feed).get(3..), Some(&[(284, 384), (368, 468)][..]));
        assert_eq!(feed.page(468).await?.reached, 500);
        Ok(())
    }

    #[tokio::test]
    async fn every_event_comes_once_however_large_commits_are() -> Result<(), StoreError> {
        for (commits, events) in [(1000, 1), (400, 3), (100, 15), (90, 16), (80, 17), (30, 70), (10, 130)] {
            let feed = Feed::new(log(commits, events).await?, None, 100, 8, false);
            let mut seen = Vec::new();
            while (seen.len() as u64) < commits * events {
                let after = seen.len() as u64;
                let page = feed.page(after).await?;
                seen.extend(page.events.iter().map(RawEvent::position).filter(|position| *position > after));
                assert_eq!(seen.last(), Some(&page.reached));
                assert_eq!(
                    page.reached % events,
                    if events > 100 { page.reached % events } else { 0 },
                    "whole commits"
                );
            }
            assert!(seen.iter().copied().eq(1..=commits * events), "{commits} commits of {events}");
        }
        Ok(())
    }
}
