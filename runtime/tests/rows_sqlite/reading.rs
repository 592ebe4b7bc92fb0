//! Rows are read through the store that they were written through.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use foldline_runtime::{
    AnyStore, Executor, Projector, SqliteDatabase, StoreError,
    storage::{Database, Store},
};
use futures_util::future::join;
use tokio::sync::Notify;

use crate::{
    common::{commands::add, name},
    model::Sums,
    support::{Failure, Place, Tested},
};

const SUM: &str = "select sum from sums";

async fn sums(database: &SqliteDatabase) -> Result<Vec<(String, i64)>, Failure> {
    let sums = "select name, sum from sums order by name";
    Ok(database.read(move |rows| Box::pin(sqlx::query_as(sums).fetch_all(rows))).await?)
}

#[tokio::test]
async fn whoever_waits_for_what_it_did_reads_it_and_writes_nothing() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let database = SqliteDatabase::of(&AnyStore::new(store.clone())).ok_or("it is such a store")?;
    let bank = Executor::new(store.clone());
    assert!(sums(&database).await.is_err(), "there are no rows yet");
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    for n in 1..=20 {
        let done = bank.execute(add(&name("ada"), 1)).await?;
        projector.wait_for(&done).await?;
        assert_eq!(sums(&database).await?, [("ada".to_owned(), n)]);
        for wrong in ["delete from sums", "select * from nothing"] {
            let failed = database.read(move |rows| Box::pin(sqlx::query(wrong).execute(rows))).await;
            assert!(failed.is_err(), "{wrong}");
        }
        if n % 5 == 0 {
            projector.rebuild("sums").await?;
            assert_eq!(sums(&database).await?, [("ada".to_owned(), n)]);
        }
    }
    Ok(())
}

/// What reads is to blame, and not its connection: that is kept, and nothing is done a second time.
#[tokio::test]
async fn a_row_that_is_not_there_costs_no_connection() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let database = SqliteDatabase::of(&AnyStore::new(store.clone())).ok_or("it is such a store")?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store.clone()).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    projector.shutdown().await;
    sums(&database).await?;
    let open = store.vitals().pool;
    for wrong in ["select sum from sums where name = 'nobody'", "select name from sums", "select * from nothing"] {
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let failed = database.read(move |rows| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(sqlx::query_scalar::<_, i64>(wrong).fetch_one(rows))
        });
        let failed = failed.await;
        assert!(matches!(failed, Err(StoreError::Failed { .. })), "{wrong}: {failed:?}");
        assert_eq!(times.load(Ordering::SeqCst), 1, "{wrong}");
        assert_eq!(store.vitals().pool, open, "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn all_of_it_is_as_of_one_moment() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let database = SqliteDatabase::of(&AnyStore::new(store.clone())).ok_or("it is such a store")?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    let (looked, changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let twice = database.read({
        let (looked, changed) = (Arc::clone(&looked), Arc::clone(&changed));
        move |rows| {
            let (looked, changed) = (Arc::clone(&looked), Arc::clone(&changed));
            Box::pin(async move {
                let before: i64 = sqlx::query_scalar(SUM).fetch_one(&mut *rows).await?;
                looked.notify_one();
                changed.notified().await;
                Ok((before, sqlx::query_scalar::<_, i64>(SUM).fetch_one(rows).await?))
            })
        }
    });
    let meanwhile = async {
        looked.notified().await;
        projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
        changed.notify_one();
        Ok::<_, Failure>(())
    };
    let (twice, meanwhile) = join(twice, meanwhile).await;
    meanwhile?;
    assert_eq!((twice?, sums(&database).await?), ((1, 1), vec![("ada".to_owned(), 2)]));
    Ok(())
}
