//! Page after page, an event at a time, the next page on its way while this one is looked at.

use std::collections::VecDeque;

use futures_core::Stream as FuturesStream;
use futures_util::{
    future::{BoxFuture, FutureExt},
    stream,
};
use tokio::{runtime::Handle, task::JoinHandle};

use crate::{error::StoreError, recorded::RawEvent};

/// A page, and what to ask for next if there is more.
type Page<Q> = Result<(Vec<RawEvent>, Option<Q>), StoreError>;

/// A page that was asked for.
enum Coming<Q> {
    /// A task of its own fetches it: it lends the connection back at once, however slowly the page before is looked at.
    Fetched(Fetching<Q>),
    /// There is no runtime to do that.
    Later(BoxFuture<'static, Page<Q>>),
}

/// Stops fetching when nobody waits any more.
struct Fetching<Q>(JoinHandle<Page<Q>>);

impl<Q> Drop for Fetching<Q> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<Q: Send + 'static> Coming<Q> {
    fn ahead(page: impl Future<Output = Page<Q>> + Send + 'static) -> Self {
        match Handle::try_current() {
            Ok(runtime) => Self::Fetched(Fetching(runtime.spawn(page))),
            Err(_) => Self::Later(page.boxed()),
        }
    }

    async fn page(self) -> Page<Q> {
        match self {
            Self::Later(page) => page.await,
            Self::Fetched(mut fetching) => match (&mut fetching.0).await {
                Ok(page) => page,
                Err(ended) => match ended.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    // The runtime is being shut down, and the store with it.
                    Err(_) => Err(StoreError::Closed),
                },
            },
        }
    }
}

/// An event at a time. An error is the last item, behind all that came before it. Two pages are held at most.
pub(super) fn paged<Q, F>(
    first: Q,
    fetch: impl Fn(Q) -> F + Send + 'static,
) -> impl FuturesStream<Item = Result<RawEvent, StoreError>> + Send + Unpin
where
    Q: Send + 'static,
    F: Future<Output = Page<Q>> + Send + 'static,
{
    // Nothing is asked for before somebody looks.
    let first = Some(Coming::Later(fetch(first).boxed()));
    Box::pin(stream::unfold((VecDeque::new(), first, fetch), |(mut page, mut coming, fetch)| async move {
        loop {
            if let Some(event) = page.pop_front() {
                return Some((Ok(event), (page, coming, fetch)));
            }
            match coming.take()?.page().await {
                Ok((events, more)) => (page, coming) = (events.into(), more.map(|more| Coming::ahead(fetch(more)))),
                Err(error) => return Some((Err(error), (page, None, fetch))),
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::StreamExt;

    use super::*;
    use crate::{
        id::CommitId,
        metadata::Metadata,
        recorded::{CommitInfo, Place},
        time::Timestamp,
    };

    /// Ten events a page, five pages; then an error. Counts what was asked for.
    fn log(asked: &Arc<AtomicUsize>) -> impl FuturesStream<Item = Result<RawEvent, StoreError>> + Unpin + use<> {
        let asked = Arc::clone(asked);
        paged(0_u64, move |page| {
            asked.fetch_add(1, Ordering::SeqCst);
            async move {
                if page == 5 {
                    return Err(StoreError::Closed);
                }
                Ok(((1..=10).map(|n| event(page * 10 + n)).collect(), Some(page + 1)))
            }
        })
    }

    fn event(position: u64) -> RawEvent {
        let commit = CommitInfo::new(CommitId::fresh(), Timestamp::from_micros(0), Metadata::default());
        let place = Place { position, version: position };
        RawEvent::new(place, "a-1".into(), "a.happened".into(), 1, bytes::Bytes::from_static(b"{}"), Arc::new(commit))
    }

    #[tokio::test]
    async fn one_page_ahead_is_asked_for_and_no_further() {
        let asked = Arc::<AtomicUsize>::default();
        let mut log = log(&asked);
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the first page has been named, and not been fetched");
        for (page, pages) in [(1, 2), (2, 3), (3, 4)] {
            for n in 1..=10 {
                let event = log.next().await.and_then(Result::ok);
                assert_eq!(event.map(|event| event.position()), Some((page - 1) * 10 + n));
                for _ in 0..5 {
                    tokio::task::yield_now().await;
                }
                assert_eq!(asked.load(Ordering::SeqCst), pages);
            }
        }
    }

    #[tokio::test]
    async fn an_error_comes_behind_all_that_came_before_it_and_ends_the_log() {
        let items: Vec<_> = log(&Arc::default()).collect().await;
        assert_eq!(items.len(), 51);
        assert!(items[..50].iter().all(Result::is_ok) && matches!(items[50], Err(StoreError::Closed)));
    }

    #[test]
    fn without_a_runtime_pages_come_when_they_are_needed() {
        let asked = Arc::<AtomicUsize>::default();
        let items = log(&asked).take(50).collect::<Vec<_>>().now_or_never();
        assert!(items.is_some_and(|items| items.len() == 50 && items.iter().all(Result::is_ok)));
    }
}
