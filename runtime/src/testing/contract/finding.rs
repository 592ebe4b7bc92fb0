//! Finding a commit by its id: how the truth is learned when an answer was lost.

use super::{Draft, Subject, accepted, draft::in_order, stale};
use crate::{
    id::CommitId,
    storage::{Receipt, Seen, Store},
};

/// Its last position, and the versions of the streams that it wrote.
pub async fn a_commit_is_found_with_what_it_wrote(log: Subject) {
    accepted(log.settle(Draft::new().starts("read-1", 2)).await);
    let draft = Draft::new().sees("read-1", log.end_of("read-1").await);
    let draft = draft.sees("b-1", Seen::Nothing).sees("a-1", Seen::Nothing).adds("b-1").adds("a-1").adds("b-1");
    let id = draft.id;
    accepted(log.settle(draft).await);
    let behind = Draft::new().continues("b-1", log.end_of("b-1").await).continues("a-1", log.end_of("a-1").await);
    accepted(log.settle(behind).await);

    let versions = vec![("a-1".into(), 1), ("b-1".into(), 2)];
    assert_eq!(find(&log, id).await, Some(Receipt { id, position: Some(5), versions }));
}

/// Nothing of it was stored.
pub async fn what_was_refused_is_not_found(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let refused = Draft::new().starts("b-1", 1).starts("a-1", 1);
    let id = refused.id;
    assert_eq!(stale(&log.settle(refused).await, 1), "a-1");
    assert_eq!(find(&log, id).await, None);
    assert_eq!(find(&log, CommitId::fresh()).await, None);
}

/// It left nothing to find.
pub async fn what_recorded_nothing_is_not_found(log: Subject) {
    for draft in [Draft::new().sees("a-1", Seen::Nothing), Draft::new().starts("a-1", 1).proof()] {
        let id = draft.id;
        accepted(log.settle(draft).await);
        assert_eq!(find(&log, id).await, None);
    }
}

async fn find(log: &Subject, id: CommitId) -> Option<Receipt> {
    super::subject::works("finding a commit", log.store().find_commit(id).await).map(in_order)
}
