//! Reads that meet.

use super::{flaky::UNREADABLE, *};

/// One round trip at a time, over a log with one event on each of these streams.
async fn store_with(streams: &[&str]) -> Batched<Flaky> {
    let options = WriterOptions { reads_at_once: 1, ..WriterOptions::default() };
    let store = Batched::start(Flaky::default(), 0, options);
    for stream in streams {
        submit(&store, &first(stream)).outcome().await;
    }
    store
}

async fn read(store: &Batched<Flaky>, stream: &str) -> Result<Vec<String>, StoreError> {
    let pages = store.read_streams(vec![StreamRead::new(stream.into())]).await?;
    Ok(pages.iter().flat_map(|page| &page.events).map(|event| event.stream().to_string()).collect())
}

#[tokio::test]
async fn what_is_asked_for_meanwhile_goes_together() {
    let streams = ["s-1", "s-2", "s-3", "s-4"];
    let store = store_with(&streams).await;
    for (stream, seen) in streams.iter().zip(join_all(streams.map(|stream| read(&store, stream))).await) {
        assert_eq!(seen.ok(), Some(vec![(*stream).to_owned()]), "everybody gets what they asked for");
    }
    assert_eq!(store.driver().reads(), [1, 3]);
    assert!(read(&store, "s-1").await.is_ok());
    assert_eq!(store.driver().reads(), [1, 3, 1], "and who comes alone does not wait");
}

#[tokio::test]
async fn nobody_is_told_of_anothers_fault() {
    let store = store_with(&["s-1", "s-2"]).await;
    let (before, one, broken, two) =
        tokio::join!(read(&store, "s-1"), read(&store, "s-1"), read(&store, UNREADABLE), read(&store, "s-2"));
    assert!(before.is_ok() && one.is_ok() && two.is_ok());
    assert!(matches!(broken, Err(StoreError::Failed { .. })), "{broken:?}");
}

#[tokio::test]
async fn whoever_goes_away_leaves_nobody_waiting() {
    let store = store_with(&["s-1", "s-2", "s-3"]).await;
    let mut leader = Box::pin(read(&store, "s-1"));
    let mut follower = Box::pin(read(&store, "s-2"));
    let mut patient = Box::pin(read(&store, "s-3"));
    for read in [&mut leader, &mut follower, &mut patient] {
        assert!(read.now_or_never().is_none());
    }
    drop(leader);
    drop(follower);
    assert_eq!(patient.await.ok(), Some(vec!["s-3".to_owned()]));
    assert!(read(&store, "s-2").await.is_ok(), "and no turn is lost");
}
