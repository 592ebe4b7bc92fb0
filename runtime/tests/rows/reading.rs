//! Rows are read through the store that they were written through.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use foldline_runtime::{
    AnyStore, Executor, PostgresDatabase, PostgresStore, Projector, StoreError,
    storage::{Database, Store},
};
use futures_util::future::join;
use sqlx::PgConnection;
use tokio::sync::Notify;

use crate::{
    common::{commands::add, name},
    model::Sums,
    support::{Failure, Place, Tested},
};

const SUM: &str = "select sum from sums";

async fn sums(database: &PostgresDatabase) -> Result<Vec<(String, i64)>, Failure> {
    let sums = "select name, sum from sums order by name";
    Ok(database.read("sums", move |rows| Box::pin(sqlx::query_as(sums).fetch_all(rows))).await?)
}

async fn of(place: &Place) -> Result<(PostgresStore, PostgresDatabase), Failure> {
    let store = place.store().await?;
    let database = PostgresDatabase::of(&AnyStore::new(store.clone())).ok_or("it is such a store")?;
    Ok((store, database))
}

#[tokio::test]
async fn whoever_waits_for_what_it_did_reads_it_also_after_a_rebuild() -> Tested {
    let place = Place::fresh()?;
    let (store, database) = of(&place).await?;
    let bank = Executor::new(store.clone());
    assert!(sums(&database).await.is_err(), "there are no rows yet");
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    for n in 1..=20 {
        let done = bank.execute(add(&name("ada"), 1)).await?;
        projector.wait_for(&done).await?;
        assert_eq!(sums(&database).await?, [("ada".to_owned(), n)]);
        if n % 5 == 0 {
            projector.rebuild("sums").await?;
            assert_eq!(sums(&database).await?, [("ada".to_owned(), n)]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_can_be_written_and_whatever_fails_spoils_no_connection() -> Tested {
    let place = Place::fresh()?;
    let (store, database) = of(&place).await?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    for wrong in ["delete from sums", "select * from nothing", "select 1 / 0"] {
        let failed = database.read("sums", move |rows| Box::pin(sqlx::query(wrong).execute(rows))).await;
        assert!(failed.is_err(), "{wrong}");
    }
    // What it sets is gone with it.
    let named = "select current_setting('application_name')";
    let renames = database.read("sums", |rows: &mut PgConnection| {
        Box::pin(async move { sqlx::query("set application_name = 'somebody else'").execute(rows).await })
    });
    renames.await?;
    let name: String = database.read("sums", move |rows| Box::pin(sqlx::query_scalar(named).fetch_one(rows))).await?;
    assert_eq!(name, place.schema);
    for _ in 0..20 {
        assert_eq!(sums(&database).await?, [("ada".to_owned(), 1)]);
    }
    Ok(())
}

/// What reads is to blame, and not its connection: that is kept, the others as well, and nothing is done a second time.
#[tokio::test]
async fn a_row_that_is_not_there_costs_no_connection() -> Tested {
    let place = Place::fresh()?;
    let (store, database) = of(&place).await?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store.clone()).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    projector.shutdown().await;
    let backend = async || {
        database.read("sums", |rows| Box::pin(sqlx::query_scalar("select pg_backend_pid()").fetch_one(rows))).await
    };
    let (before, open): (i32, _) = (backend().await?, store.vitals().pool);
    for wrong in ["select sum from sums where name = 'nobody'", "select name from sums", "select 1 / 0"] {
        let times = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&times);
        let failed = database.read("sums", move |rows| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(sqlx::query_scalar::<_, i64>(wrong).fetch_one(rows))
        });
        let failed = failed.await;
        assert!(matches!(failed, Err(StoreError::Failed { .. })), "{wrong}: {failed:?}");
        assert_eq!((times.load(Ordering::SeqCst), backend().await?), (1, before), "{wrong}");
        assert_eq!(store.vitals().pool, open, "{wrong}");
    }
    Ok(())
}

#[tokio::test]
async fn all_of_it_is_as_of_one_moment() -> Tested {
    let place = Place::fresh()?;
    let (store, database) = of(&place).await?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    let (looked, changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let twice = database.read("sums", {
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

#[tokio::test]
async fn tables_of_other_columns_are_read_by_the_connections_that_knew_the_old_ones() -> Tested {
    let place = Place::fresh()?;
    let (store, database) = of(&place).await?;
    let bank = Executor::new(store.clone());
    let projector = Projector::builder(store).run(Sums::default().in_sql()).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    sums(&database).await?;
    let mut connection = place.connection().await?;
    place.sql(&mut connection, "alter table $schema_sums.sums alter name type varchar(100)").await?;
    // What it had prepared may fail once.
    let _ = sums(&database).await;
    assert_eq!(sums(&database).await?, [("ada".to_owned(), 1)]);
    Ok(())
}
