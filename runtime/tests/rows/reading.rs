//! Rows are read through the store that they were written through.

use foldline_runtime::{AnyStore, Executor, InSql, PostgresDatabase, PostgresStore, Projector, storage::Database};
use sqlx::PgConnection;

use crate::{
    common::{commands::add, name},
    model::Sums,
    support::{Failure, Place, Tested},
};

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
    let projector = Projector::builder(store).run(InSql::<_, PostgresDatabase>::new(Sums::default())).start()?;
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
    let projector = Projector::builder(store).run(InSql::<_, PostgresDatabase>::new(Sums::default())).start()?;
    projector.wait_for(&bank.execute(add(&name("ada"), 1)).await?).await?;
    for wrong in ["delete from sums", "select * from nothing", "select 1 / 0"] {
        let failed = database.read("sums", move |rows| Box::pin(sqlx::query(wrong).execute(rows))).await;
        assert!(failed.is_err(), "{wrong}");
    }
    // Another path of ours would not be found by the store's own statements, nor by the next who reads.
    let wanders = database.read("sums", |rows: &mut PgConnection| {
        Box::pin(async move { sqlx::query("set search_path = nowhere").execute(rows).await })
    });
    wanders.await?;
    for _ in 0..20 {
        assert_eq!(sums(&database).await?, [("ada".to_owned(), 1)]);
    }
    Ok(())
}
