//! What projections leave beside the log: one owner at a time, and nothing from one that is no longer it.

use std::{sync::Arc, time::Duration};

use super::{Subject, subject::works};
use crate::storage::{Checkpoint, Checkpoints, Claim, Lease, Parked, Snapshot, Store};

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(20);

fn kept(log: &Subject) -> Option<Arc<dyn Checkpoints>> {
    log.store().checkpoints()
}

fn at(position: u64) -> Checkpoint {
    Checkpoint { position, code: u64::MAX, parked: Vec::new() }
}

fn parked() -> Vec<Parked> {
    let text = r#"[{"stream":"a-'\"\u00e4","version":2,"position":7,"event":"a.b","error":"no","since":1}]"#;
    works("reading", serde_json::from_str(text))
}

async fn claimed(kept: &Arc<dyn Checkpoints>, lease: &Lease) -> Option<(Lease, Checkpoint)> {
    match works("claiming", kept.claim(lease, &at(0)).await) {
        Claim::Granted(lease, checkpoint) => Some((lease, checkpoint)),
        Claim::Held(_) => None,
    }
}

#[expect(clippy::panic, reason = "this is how a case fails")]
async fn granted(kept: &Arc<dyn Checkpoints>, lease: &Lease) -> (Lease, Checkpoint) {
    claimed(kept, lease).await.unwrap_or_else(|| panic!("{lease:?} was not granted"))
}

/// Whoever else comes is told how far it is.
pub async fn one_owner_runs_a_projection(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let (one, other) = (Lease::unclaimed("sums", LONG), Lease::unclaimed("sums", LONG));
    let (lease, begin) = granted(&kept, &one).await;
    assert_eq!(begin, at(0));
    assert!(works("advancing", kept.advance(&lease, &at(5)).await).is_some());
    assert_eq!(works("claiming", kept.claim(&other, &at(0)).await), Claim::Held(at(5)));
    assert_eq!(works("looking", kept.checkpoint("sums").await), Some(at(5)));
    assert_eq!(works("looking", kept.checkpoint("others").await), None);
    // Another projection is no concern of theirs.
    granted(&kept, &Lease::unclaimed("others", LONG)).await;
    // The owner may ask again, and is told where it is.
    assert_eq!(granted(&kept, &one).await.1, at(5));
}

/// And goes on from where the first was.
pub async fn a_right_given_back_is_anybodys(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let (one, other) = (Lease::unclaimed("sums", LONG), Lease::unclaimed("sums", LONG));
    let (lease, _) = granted(&kept, &one).await;
    let moved = works("advancing", kept.advance(&lease, &at(3)).await);
    works("releasing", kept.release(&moved.unwrap_or(lease.clone())).await);
    let (theirs, begin) = granted(&kept, &other).await;
    assert_eq!(begin, at(3));
    // What the first still has does not count.
    assert_eq!(works("advancing", kept.advance(&lease, &at(9)).await), None);
    assert!(!works("renewing", kept.renew(&lease).await));
    works("releasing", kept.release(&lease).await);
    assert!(works("renewing", kept.renew(&theirs).await));
    assert!(claimed(&kept, &one).await.is_none());
}

/// Not before the term of its last sign of life is over; and what it sends later changes nothing.
pub async fn a_silent_owner_is_succeeded(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let (one, other) = (Lease::unclaimed("sums", SHORT), Lease::unclaimed("sums", LONG));
    let (lease, _) = granted(&kept, &one).await;
    let (theirs, begin) = loop {
        if let Some(granted) = claimed(&kept, &other).await {
            break granted;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(begin, at(0));
    assert_eq!(works("advancing", kept.advance(&lease, &at(9)).await), None);
    assert!(!works("renewing", kept.renew(&lease).await));
    assert!(works("advancing", kept.advance(&theirs, &at(2)).await).is_some());
    assert_eq!(works("looking", kept.checkpoint("sums").await), Some(at(2)));
}

/// Else an answer that was lost would count twice.
pub async fn a_step_sent_twice_is_taken_once(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let (lease, _) = granted(&kept, &Lease::unclaimed("sums", LONG)).await;
    let moved = works("advancing", kept.advance(&lease, &at(5)).await);
    assert_eq!(works("advancing", kept.advance(&lease, &at(6)).await), None);
    assert_eq!(works("looking", kept.checkpoint("sums").await), Some(at(5)));
    // The owner that does not know what became of it asks, and goes on.
    let (again, begin) = granted(&kept, &lease).await;
    assert_eq!((Some(&again), begin), (moved.as_ref(), at(5)));
    assert!(works("advancing", kept.advance(&again, &at(6)).await).is_some());
}

/// To the letter.
pub async fn what_is_left_aside_is_kept(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let one = Lease::unclaimed("sums", LONG);
    let (lease, _) = granted(&kept, &one).await;
    let to = Checkpoint { parked: parked(), ..at(8) };
    assert!(works("advancing", kept.advance(&lease, &to).await).is_some());
    assert_eq!(granted(&kept, &one).await.1, to);
}

/// Unless one of the same code, from further on, is there.
pub async fn a_value_is_saved(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    let snapshot = |position, code, state: &'static [u8]| Snapshot {
        checkpoint: Checkpoint { position, code, parked: parked() },
        state: state.into(),
    };
    assert_eq!(works("reading", kept.snapshot("sums").await), None);
    for (save, expected) in [
        (snapshot(5, 1, b"five\0\xff"), snapshot(5, 1, b"five\0\xff")),
        (snapshot(7, 1, b"seven"), snapshot(7, 1, b"seven")),
        (snapshot(6, 1, b"six"), snapshot(7, 1, b"seven")),
        (snapshot(2, u64::MAX, b"other code"), snapshot(2, u64::MAX, b"other code")),
    ] {
        works("saving", kept.save("sums", &save).await);
        assert_eq!(works("reading", kept.snapshot("sums").await), Some(expected));
    }
    assert_eq!(works("reading", kept.snapshot("others").await), None);
}

/// One of many that claim at once.
pub async fn one_wins_the_race_for_a_projection(log: Subject) {
    let Some(kept) = kept(&log) else { return };
    for round in 0..10 {
        let races: Vec<_> = (0..8)
            .map(|_| {
                let (kept, lease) = (Arc::clone(&kept), Lease::unclaimed(&format!("sums_{round}"), LONG));
                tokio::spawn(async move { claimed(&kept, &lease).await.is_some() })
            })
            .collect();
        let mut winners = 0;
        for race in races {
            winners += usize::from(works("a race", race.await));
        }
        assert_eq!(winners, 1);
    }
}
