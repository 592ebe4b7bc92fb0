//! Copies of a log that is written to.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use foldline_runtime::{
    SqliteStore,
    storage::{Receipt, Seen, Store},
};

use crate::support::{Failure, Place, Tested, accepted, assert_once, commit, first, log, says};

/// Pairs of events, each pair a commit: a copy that is torn has an odd one.
async fn write(store: SqliteStore, writer: usize, stop: Arc<AtomicBool>) -> Result<Vec<Receipt>, Failure> {
    let (left, right) = (format!("left-{writer}"), format!("right-{writer}"));
    let (mut receipts, mut seen) = (Vec::new(), Seen::Nothing);
    while !stop.load(Ordering::Relaxed) {
        let receipt = accepted(&store, &commit(&[(&left, seen), (&right, seen)], 2)).await?;
        seen = Seen::At { version: seen.version() + 1, commit: receipt.id };
        receipts.push(receipt);
    }
    Ok(receipts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_made_while_others_write_is_the_log_of_one_moment() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..8).map(|n| tokio::spawn(write(store.clone(), n, Arc::clone(&stop)))).collect();
    let mut copies = Vec::new();
    for n in 0..5 {
        store.wait_beyond(n * 100).await?;
        let before = store.head().await?;
        let path = place.folder.file(format!("copy-{n}.db"));
        store.backup_to(&path).await?;
        copies.push((path, before));
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await??;
    }
    let whole = log(&store).await?;
    for (path, before) in copies {
        let copy = SqliteStore::open(&path).await?;
        let events = log(&copy).await?;
        assert!(events.len() as u64 >= before && events.len() % 2 == 0, "{} of {before}", events.len());
        assert!(whole.starts_with(&events), "what the copy has is what the log begins with");
        // And it is a log: it goes on.
        assert_eq!(accepted(&copy, &first("more-1")).await?.position, Some(events.len() as u64 + 1));
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_replaces_nothing_and_a_failed_one_leaves_nothing() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let receipt = accepted(&store, &first("s-1")).await?;
    let taken = place.folder.file("taken.db");
    fs::write(&taken, "mine")?;
    assert!(says(&store.backup_to(&taken).await, "something already"));
    assert!(says(&store.backup_to(&place.path).await, "something already"));
    assert_eq!(fs::read_to_string(&taken)?, "mine");
    let nowhere = place.folder.file("no/such/folder/copy.db");
    assert!(says(&store.backup_to(&nowhere).await, "no/such/folder"));
    let beside: Vec<_> = fs::read_dir(place.folder.path())?.flatten().map(|file| file.file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().contains("partial")), "{beside:?}");
    assert_once(&store, &[receipt]).await
}
