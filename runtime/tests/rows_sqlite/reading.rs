//! Rows are read through the store that they were written through.

use foldline_runtime::{AnyStore, Executor, Projector, SqliteDatabase, storage::Database};

use crate::{
    common::{commands::add, name},
    model::Sums,
    support::{Failure, Place, Tested},
};

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
