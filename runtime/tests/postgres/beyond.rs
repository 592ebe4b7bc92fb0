//! A log that was restored from an older backup: whoever knows more than it does is told so, and not shown its present as if
//! that was what they asked for.

use foldline_runtime::{
    Executor, StoreError,
    storage::{LogRead, Outcome, Refusal, Seen, Store},
};
use futures_util::StreamExt;

use crate::{
    common::{commands::add, name},
    support::{Place, Tested, accepted, commit, first},
};

#[tokio::test]
async fn what_lies_beyond_the_head_is_an_error() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 1..=3 {
        bank.execute(add(&name("ada"), n)).await?;
    }
    let beyond = |error: &StoreError, asked: u64| matches!(error, StoreError::BeyondHead { asked: a, head: 3, .. } if *a == asked);
    let version = bank.load(&name("ada")).at_version(4).await;
    assert!(matches!(version, Err(StoreError::NoSuchVersion { asked: 4, actual: 3, .. })), "{version:?}");
    let position = bank.load(&name("ada")).at_position(5).await;
    assert!(position.as_ref().is_err_and(|error| beyond(error, 5)), "{position:?}");
    let page = store.read_log(LogRead::after(4)).await;
    assert!(page.as_ref().is_err_and(|error| beyond(error, 4)), "{page:?}");
    // By a filter that finds nothing as well.
    let mut log = store.log(4).categories(["other"]).raw();
    let item = log.next().await.ok_or("a log that ends as if nothing was wrong")?;
    assert!(item.as_ref().is_err_and(|error| beyond(error, 4)), "{item:?}");
    // Its end is no such thing.
    assert_eq!(bank.load(&name("ada")).at_version(3).await?.map(|ada| ada.total), Some(6));
    assert!(store.read_log(LogRead::after(3)).await?.events.is_empty());
    Ok(())
}

/// What a writer knows of the streams that it wrote holds for the log that it wrote: one that is as long, and whose last event
/// came with another commit, is another log.
#[tokio::test]
async fn a_log_of_the_same_length_is_not_the_same_log() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let known = first("s-1");
    accepted(&store, &known).await?;
    let replaced = "alter table $schema.events disable trigger immutable;
        update $schema.events set commit_id = gen_random_uuid();
        alter table $schema.events enable trigger immutable";
    place.sql(&mut place.connection().await?, replaced).await?;

    // Both in one batch: a commit that is alone in its batch is always looked at.
    let after = commit(&[("s-1", Seen::At { version: 1, commit: known.id() })], 1);
    let (one, two) = (store.reserve().await?, store.reserve().await?);
    let (after, other) = (store.submit(one, after), store.submit(two, first("s-2")));
    assert!(matches!(other.outcome().await, Outcome::Committed(_)));
    let outcome = after.outcome().await;
    assert!(matches!(outcome, Outcome::Refused(Refusal::Stale { actual: Some(1), .. })), "{outcome:?}");
    Ok(())
}
