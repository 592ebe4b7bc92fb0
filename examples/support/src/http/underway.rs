//! How many requests have no answer yet.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
};

/// How many requests have no answer yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Underway(Arc<AtomicUsize>);

/// One of them. It may end without an answer: its client hangs up.
struct One(Underway);

impl Underway {
    /// Counts what these routes are asked.
    pub(super) fn of(&self, routes: Router) -> Router {
        let underway = self.clone();
        routes.layer(from_fn(move |request: Request, next: Next| {
            let one = underway.begin();
            async move {
                let answer = next.run(request).await;
                drop(one);
                answer
            }
        }))
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn begin(&self) -> One {
        self.0.fetch_add(1, Ordering::Relaxed);
        One(self.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
