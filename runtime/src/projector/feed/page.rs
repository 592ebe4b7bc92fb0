//! A page of the log: how it is read, and that it ends where a commit does.

use std::sync::Arc;

use futures_util::future::{BoxFuture, Shared};

use crate::{
    error::StoreError,
    projection::{Delivery, Once},
    recorded::RawEvent,
    store::{AnyStore, LogPage, LogRead, Store},
};

/// Events between two positions.
#[derive(Debug)]
pub(in crate::projector) struct Page {
    /// Only events behind this position.
    pub(super) after: u64,
    /// All that was asked for up to here is in this page.
    pub(in crate::projector) reached: u64,
    /// Whether there was more when it was read.
    pub(super) more: bool,
    pub(super) events: Vec<RawEvent>,
    /// Beside the events, if more than one projection wants them.
    once: Option<Box<[Once]>>,
    /// How far the log was read for it, and the beginning of a commit that does not end there: the next page's.
    pub(super) end: u64,
    torn: Vec<RawEvent>,
}

pub(super) type Fetched = Result<Arc<Page>, StoreError>;

/// A page on its way.
pub(super) type Coming = Shared<BoxFuture<'static, Fetched>>;

/// What lies before a page.
pub(super) enum Before {
    /// Nothing that anybody asked for.
    Nothing,
    /// A page that is there.
    Page(Arc<Page>),
    /// One that is on its way, and will probably reach up to where this one begins.
    Coming(Coming),
}

/// How a page is read.
pub(super) struct Reading {
    pub(super) store: AnyStore,
    pub(super) read: LogRead,
    /// Whether more than one projection will want it.
    pub(super) shared: bool,
    pub(super) before: Before,
}

impl Reading {
    /// Waits for a page that is not empty of progress; unless it is only a guess that there will be one.
    pub(super) async fn run(self, mut at_the_end: bool) -> Result<Page, StoreError> {
        let after = self.read.after;
        loop {
            if at_the_end {
                self.store.wait_beyond(after).await?;
            }
            let read = self.store.read_log(self.read.clone()).await?;
            if read.reached > after {
                let before = self.before.page().await?.filter(|before| before.end == after);
                if before.is_none() && !matches!(self.before, Before::Nothing) {
                    return Err(self.wrong(after));
                }
                return Ok(Page::of(read, &self.read, before, self.shared));
            }
            if matches!(self.before, Before::Coming(_)) {
                return Err(self.wrong(read.reached));
            }
            at_the_end = true;
        }
    }

    /// Nobody sees this: the page is asked for once more, by whoever needs it.
    fn wrong(&self, head: u64) -> StoreError {
        StoreError::BeyondHead { what: "a guess", asked: self.read.after, head }
    }
}

impl Before {
    async fn page(&self) -> Result<Option<Arc<Page>>, StoreError> {
        match self {
            Self::Nothing => Ok(None),
            Self::Page(page) => Ok(Some(Arc::clone(page))),
            Self::Coming(coming) => coming.clone().await.map(Some),
        }
    }
}

impl Page {
    /// If there are as many events as were asked for, the last one is only there to tell whether the commit before it goes on. A
    /// commit that fills a page is torn.
    pub(super) fn of(read: LogPage, asked: &LogRead, before: Option<Arc<Page>>, shared: bool) -> Self {
        let (after, torn) = before.map_or((asked.after, Vec::new()), |before| (before.reached, before.torn.clone()));
        let LogPage { events: mut new, reached: mut end, mut more, .. } = read;
        let next = if new.len() >= asked.limit { new.pop() } else { None };
        if let Some(next) = &next {
            (end, more) = (next.position() - 1, true);
        }
        let mut events = torn;
        events.append(&mut new);
        // Where the database looks for rare events it stops somewhere, maybe within the last commit that it has found.
        let next = next.as_ref().or_else(|| events.last().filter(|_| more)).map(RawEvent::commit);
        let whole = next.and_then(|next| events.iter().rposition(|event| event.commit() != next));
        let torn = match whole {
            Some(last) => events.split_off(last + 1),
            None => Vec::new(),
        };
        let reached = torn.first().map_or(end, |first| first.position() - 1);
        let once = shared.then(|| events.iter().map(|_| Once::default()).collect());
        Self { after, reached, more, events, once, end, torn }
    }

    /// Whether it has what comes next for one who has taken in everything up to here.
    pub(super) fn goes_on_behind(&self, position: u64) -> bool {
        self.after <= position && position < self.reached
    }

    /// The events, on their way into a projection.
    pub(in crate::projector) fn deliveries(&self) -> impl Iterator<Item = Delivery<'_>> {
        let once = self.once.as_deref().unwrap_or_default();
        let delivery = |(nth, event)| once.get(nth).map_or(Delivery::of(event), |once| Delivery::shared(event, once));
        self.events.iter().enumerate().map(delivery)
    }
}
