//! What goes wrong between a store and its file.

use std::time::Duration;

use foldline_runtime::{
    SqliteOptions, SqliteStore,
    storage::{Outcome, Store, WriterOptions},
};

use crate::support::{Place, Tested, accepted, assert_once, first, settle, sql};

fn impatient() -> WriterOptions {
    let mut writer = WriterOptions::default();
    writer.patience = Duration::ZERO;
    writer
}

#[tokio::test]
async fn a_lock_that_others_hold_for_too_long_fails_for_now_and_blocks_nobody_later() -> Tested {
    let place = Place::fresh()?;
    let options = SqliteOptions::production().busy_timeout(Duration::from_millis(50)).writer(impatient());
    let store = SqliteStore::open_with(&place.path, options).await?;
    let mut holder = place.connection().await?;
    sql(&mut holder, "begin immediate").await?;
    let outcome = settle(&store, &first("s-1")).await;
    let Outcome::Failed(error) = &outcome else { return Err(format!("{outcome:?}").into()) };
    assert!(error.is_transient() && error.to_string().contains("busy_timeout"), "{error}");
    // Those who read do not wait for those who write.
    assert_eq!(store.head().await?, 0);
    sql(&mut holder, "commit").await?;
    let receipt = accepted(&store, &first("s-1")).await?;
    assert_once(&store, &[receipt]).await
}

#[tokio::test]
async fn a_lock_that_others_hold_for_a_while_is_waited_for() -> Tested {
    let place = Place::fresh()?;
    let options = SqliteOptions::production().busy_timeout(Duration::from_millis(1));
    let patient = SqliteStore::open_with(&place.path, options.clone()).await?;
    let other = SqliteStore::open_with(&place.path, options.writer(impatient())).await?;
    let mut holder = place.connection().await?;
    sql(&mut holder, "begin immediate").await?;
    let ticket = patient.submit(patient.reserve().await?, first("s-1"));
    assert!(matches!(settle(&other, &first("s-2")).await, Outcome::Failed(_)), "the lock is held");
    sql(&mut holder, "commit").await?;
    let outcome = ticket.outcome().await;
    let Outcome::Committed(receipt) = outcome else { return Err(format!("{outcome:?}").into()) };
    assert_once(&patient, &[receipt]).await
}

/// A store's queue is dropped with its runtime, in the middle of a batch perhaps. Nothing of it holds the file.
#[test]
fn a_runtime_that_ends_in_the_middle_leaves_no_lock_behind() -> Tested {
    let place = Place::fresh()?;
    for n in 0..20 {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            let store = place.store().await?;
            for m in 0..50 {
                let ticket = store.submit(store.reserve().await?, first(&format!("s-{n}-{m}")));
                if m == 20 {
                    ticket.outcome().await;
                }
            }
            Tested::Ok(())
        })?;
        runtime.shutdown_background();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let store = place.store().await?;
        let head = store.head().await?;
        assert!(head >= 20 * 21, "{head}: what was acknowledged before the end");
        accepted(&store, &first("s-last")).await?;
        assert_once(&store, &[]).await
    })
}

/// The file is taken away: nobody makes a new, empty log in its place.
#[tokio::test]
async fn a_file_that_is_gone_is_not_made_again() -> Tested {
    let place = Place::fresh()?;
    let options = SqliteOptions::production().busy_timeout(Duration::ZERO).writer(impatient());
    let store = SqliteStore::open_with(&place.path, options).await?;
    accepted(&store, &first("s-1")).await?;
    // Whoever was refused the lock lets go of the file.
    let mut holder = place.connection().await?;
    sql(&mut holder, "begin immediate").await?;
    assert!(matches!(settle(&store, &first("s-2")).await, Outcome::Failed(_)));
    for file in std::fs::read_dir(place.folder.path())?.flatten() {
        std::fs::remove_file(file.path())?;
    }
    let outcome = settle(&store, &first("s-2")).await;
    assert!(matches!(&outcome, Outcome::Failed(error) if error.is_transient()), "{outcome:?}");
    store.close().await;
    assert!(!place.path.exists());
    Ok(())
}
