//! The checks, a promise or two each.

mod decided;
mod dense;
mod kept;
mod once;
mod tailed;

use super::{book::Book, record::History, timeline::Timeline, violation::Violation};

/// What every check looks at.
struct Case<'a> {
    history: &'a History,
    log: &'a Book,
    time: Timeline,
}

pub(super) fn all(history: &History, log: &Book) -> Vec<Violation> {
    let mut found = dense::check(log);
    // On a log with holes positions say nothing, and everything else would only repeat that.
    if found.is_empty() {
        let case = Case { history, log, time: Timeline::of(history, log) };
        found.extend(kept::check(&case));
        found.extend(decided::check(&case));
        found.extend(once::check(&case));
        found.extend(tailed::check(&case));
    }
    found.sort_by_key(|violation| violation.promise);
    found
}
