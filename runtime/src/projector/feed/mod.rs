//! The log as projections read it: a page is fetched once for all that come by, and the next two on their way.

mod page;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use futures_util::future::FutureExt;
use tokio::task::JoinHandle;

pub(super) use self::page::Page;
use self::page::{Before, Coming, Fetched, Reading};
use crate::{
    error::StoreError,
    projection::ProjectionError,
    recorded::RawEvent,
    store::{AnyStore, LogRead},
};

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
    /// What is on its way, by the position that it is read from.
    coming: HashMap<u64, OnItsWay>,
    /// Where the log ended when it was last looked at.
    end: Option<u64>,
    /// Whether so much of the last page was of no concern that the database had better leave it out.
    sparse: bool,
}

#[derive(Clone)]
struct OnItsWay {
    /// Where it is read from.
    from: u64,
    page: Coming,
    /// Whether it was asked for before it was known where it begins, and may be of no use.
    guessed: bool,
}

impl State {
    /// The page that goes on behind `after`, if it is kept.
    fn known(&self, after: u64) -> Option<Arc<Page>> {
        self.pages.iter().find(|page| page.goes_on_behind(after)).map(Arc::clone)
    }

    /// Where the page is to be read from that goes on behind `after`: from where the one before was read to, if that is kept.
    fn from(&self, after: u64) -> (u64, Before) {
        match self.pages.iter().find(|page| page.reached == after && page.more) {
            Some(before) => (before.end, Before::Page(Arc::clone(before))),
            None => (after, Before::Nothing),
        }
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
        // One that is looked at, and two ahead.
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
                self.behind(&mut state, after)
            };
            match coming.page.await {
                Ok(page) if page.goes_on_behind(after) => {
                    self.read_ahead(&mut self.state(), &page);
                    return Ok(page);
                }
                // A wrong guess, or what somebody asked for who stands a little further, is of no use; nor is what failed.
                fetched => {
                    self.state().coming.remove(&coming.from);
                    if let (Err(error), false) = (fetched, coming.guessed) {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Whoever takes a page in finds the next one there, or on its way; and the one behind that is asked for while the next one
    /// is read, so that neither the database nor the reader waits for the other.
    fn read_ahead(self: &Arc<Self>, state: &mut State, page: &Page) {
        if !page.more {
            return;
        }
        // They come without anybody waiting for them.
        match state.known(page.reached) {
            Some(next) if next.more && state.known(next.reached).is_none() => drop(self.behind(state, next.reached)),
            Some(_) => {}
            None => {
                let next = self.behind(state, page.reached);
                // Positions are dense: a page of all that is in the log ends where it has as many events as were asked for.
                let from = next.from + self.page as u64;
                if !state.sparse && !state.coming.contains_key(&from) {
                    self.fetch(state, from, Before::Coming(next.page));
                }
            }
        }
    }

    /// The page behind `after`, on its way.
    fn behind(self: &Arc<Self>, state: &mut State, after: u64) -> OnItsWay {
        let (from, before) = state.from(after);
        match state.coming.get(&from) {
            Some(coming) => coming.clone(),
            None => self.fetch(state, from, before),
        }
    }

    fn fetch(self: &Arc<Self>, state: &mut State, from: u64, before: Before) -> OnItsWay {
        let mut read = LogRead::after(from);
        // One more, which tells whether the last commit ends here.
        read.limit = self.page + 1;
        // To look at every row costs the database more than to send those that nobody wants, as long as they are few.
        read.categories = self.categories.clone().filter(|_| state.sparse);
        let guessed = matches!(before, Before::Coming(_));
        let reading = Reading { store: self.store.clone(), read, shared: self.shared, before };
        let task = Task(tokio::spawn(fetch(Arc::downgrade(self), reading, state.end == Some(from))));
        let coming = OnItsWay { from, page: task.ended().boxed().shared(), guessed };
        state.coming.insert(from, coming.clone());
        coming
    }

    /// What was fetched is kept, and no longer on its way.
    fn keep(&self, from: u64, fetched: &Fetched) {
        let mut state = self.state();
        state.coming.remove(&from);
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

async fn fetch(feed: Weak<Feed>, reading: Reading, at_the_end: bool) -> Fetched {
    let from = reading.read.after;
    let fetched = reading.run(at_the_end).await.map(Arc::new);
    if let Some(feed) = feed.upgrade() {
        feed.keep(from, &fetched);
    }
    fetched
}

/// Stops when nobody waits for its end any more.
struct Task(JoinHandle<Fetched>);

impl Task {
    async fn ended(mut self) -> Fetched {
        match (&mut self.0).await {
            Ok(fetched) => fetched,
            Err(ended) => Err(match ended.try_into_panic() {
                Ok(panic) => {
                    let context = format!("reading the log: {}", ProjectionError::panicked(&*panic)).into();
                    StoreError::Failed { context, source: None }
                }
                // The runtime is being shut down, and the store with it.
                Err(_) => StoreError::Closed,
            }),
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
        id::CommitId,
        memory::MemoryStore,
        store::{Commit, Expectation, NewEvent, Seen, Store},
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
    async fn the_next_two_are_on_their_way_and_no_more_than_that() -> Result<(), StoreError> {
        for page in [1, 10] {
            let feed = Feed::new(log(5 * page, 1).await?, None, usize::try_from(page).unwrap_or(1), 8, false);
            for asked in 0..4 {
                assert_eq!(feed.page(asked * page).await?.reached, (asked + 1) * page);
                what_is_on_its_way_comes().await;
                let all = (0..5.min(asked + 3)).map(|nth| (nth * page, (nth + 1) * page));
                assert_eq!(kept(&feed), all.collect::<Vec<_>>());
            }
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_commit_that_does_not_end_with_a_page_begins_the_next_one_and_is_read_once() -> Result<(), StoreError> {
        let feed = Feed::new(log(6, 8).await?, None, 20, 8, false);
        feed.page(0).await?;
        what_is_on_its_way_comes().await;
        assert_eq!(kept(&feed), [(0, 16), (16, 40), (40, 48)]);
        let read: Vec<u64> = feed.state().pages.iter().map(|page| page.end).collect();
        assert_eq!(read, [20, 40, 48]);
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

    #[tokio::test]
    async fn a_page_of_rare_events_ends_with_a_commit_too() -> Result<(), StoreError> {
        let store = log(3, 2).await?;
        let asked = LogRead { limit: 100, ..LogRead::after(0) };
        let found = |to: usize, more| {
            let (store, asked) = (store.clone(), asked.clone());
            async move {
                let mut read = store.read_log(asked).await?;
                read.events.truncate(to);
                (read.reached, read.more) = (to as u64, more);
                Ok::<_, StoreError>(read)
            }
        };
        let ends = |page: Page| (page.reached, page.end, page.events.len());
        assert_eq!(ends(Page::of(found(3, true).await?, &asked, None, false)), (2, 3, 2));
        assert_eq!(ends(Page::of(found(6, false).await?, &asked, None, false)), (6, 6, 6));
        assert_eq!(ends(Page::of(found(1, true).await?, &asked, None, false)), (1, 1, 1), "it goes on, whatever comes");
        Ok(())
    }

    #[tokio::test]
    async fn a_guess_that_does_not_go_on_where_the_page_before_ended_comes_to_nothing() -> Result<(), StoreError> {
        let store = log(30, 1).await?;
        let page = |from: u64, before: Before| Reading {
            store: store.clone(),
            read: LogRead { limit: 11, ..LogRead::after(from) },
            shared: false,
            before,
        };
        let first = Arc::new(page(0, Before::Nothing).run(false).await?);
        let guess = |from| page(from, Before::Coming(std::future::ready(Ok(Arc::clone(&first))).boxed().shared()));
        assert_eq!(guess(10).run(false).await?.reached, 20);
        for wrong in [9, 11, 30] {
            assert!(guess(wrong).run(false).await.is_err(), "{wrong}");
        }
        Ok(())
    }
}
