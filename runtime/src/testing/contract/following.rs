//! Following the log: what was, then what comes.

use futures_util::{FutureExt, StreamExt};

use super::{Draft, Subject, accepted, subject::works};
use crate::{error::StoreError, recorded::RawEvent, storage::Store};

/// First what is there, page by page, then what comes, and nothing twice.
pub async fn a_live_log_goes_on_where_the_log_ended(log: Subject) {
    for n in 0..7 {
        accepted(log.settle(Draft::new().starts(&format!("a-{n}"), 1)).await);
    }
    let mut live = log.store().log(0).page(3).live().raw();
    for position in 1..=20 {
        if position > 7 {
            // The one that is waited for, and the one behind it, in either order of waiting and coming.
            if position % 2 == 0 {
                assert!(live.next().now_or_never().is_none(), "nothing is there yet");
            }
            accepted(log.settle(Draft::new().starts(&format!("b-{position}"), 1)).await);
        }
        let event = works("following", live.next().await.unwrap_or(Err(StoreError::Closed)));
        assert_eq!(event.position(), position);
    }
    assert!(live.next().now_or_never().is_none(), "that is all there is");
}

/// Whatever happens on others.
pub async fn a_live_log_shows_the_streams_asked_for(log: Subject) {
    let mut live = log.store().log(0).streams(["a-?", "b-*1"]).live().raw();
    assert!(live.next().now_or_never().is_none(), "the log is empty");
    for stream in ["a-1", "a-12", "b-1", "c-1", "b-12", "b-21", "a", "a-ä"] {
        accepted(log.settle(Draft::new().starts(stream, 1)).await);
    }
    let mut seen = Vec::new();
    while seen.len() < 4 {
        let event = works("following", live.next().await.unwrap_or(Err(StoreError::Closed)));
        seen.push(event.stream().to_string());
    }
    assert_eq!(seen, ["a-1", "b-1", "b-21", "a-ä"]);
}

/// A live log that has an end waits for that, and for no more.
pub async fn a_live_log_ends_where_it_was_told_to(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-0", 1)).await);
    let live = log.store().log(1).until(3).live().raw();
    let all = tokio::spawn(live.map(|event| event.map(|event| event.position())).collect::<Vec<_>>());
    for n in 1..5 {
        accepted(log.settle(Draft::new().starts(&format!("a-{n}"), 1)).await);
    }
    let seen: Result<Vec<u64>, _> = works("following", all.await).into_iter().collect();
    assert_eq!(works("following", seen), [2, 3]);
}

/// With an error, so that nobody takes it for the end of what happened.
pub async fn closing_ends_a_live_log(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let mut live = log.store().log(0).live().raw();
    let first = live.next().await;
    assert_eq!(first.and_then(Result::ok).as_ref().map(RawEvent::position), Some(1));
    assert!(live.next().now_or_never().is_none(), "that is all there is");
    log.store().close().await;
    assert!(matches!(live.next().await, Some(Err(StoreError::Closed))));
    assert!(live.next().await.is_none(), "an error is the last item");
}

/// A start behind the end is that of another log.
pub async fn a_live_log_beyond_the_end_is_an_error(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let mut live = log.store().log(2).live().raw();
    assert!(matches!(live.next().await, Some(Err(StoreError::BeyondHead { asked: 2, head: 1, .. }))));
}

/// What another process commits is shown as well.
pub async fn a_live_log_shows_what_others_commit(log: Subject) {
    let Some(other) = log.reopened().await else { return };
    let mut live = log.store().log(0).live().raw();
    for position in 1..=5 {
        assert!(live.next().now_or_never().is_none(), "nothing is there yet");
        let place = works("taking a place", other.reserve().await);
        let commit = Draft::new().starts(&format!("a-{position}"), 1);
        accepted(other.submit(place, commit.into()).outcome().await);
        let event = works("following", live.next().await.unwrap_or(Err(StoreError::Closed)));
        assert_eq!(event.position(), position);
    }
}
