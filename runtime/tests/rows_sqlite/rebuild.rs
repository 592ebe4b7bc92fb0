//! Rows are built anew in a file beside the log, and put in their place at once.

use std::sync::{Arc, atomic::Ordering};

use foldline_runtime::{Executor, ProjectionOptions, Projector, ProjectorError};
use tokio::task::JoinHandle;

use crate::{
    common::{
        commands::{add, record},
        name, noted,
    },
    model::{Sums, expected, found},
    support::{Place, Tested, sql},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_built_anew_while_the_old_ones_are_read() -> Tested {
    for partitions in [1, 2] {
        let place = Arc::new(Place::fresh()?);
        let store = place.store().await?;
        let bank = Executor::new(store.clone());
        for n in 0..100 {
            bank.execute(add(&name(&format!("t-{}", n % 9)), n)).await?;
        }
        let options = ProjectionOptions::new().batch(10).partitions(partitions);
        let projector = Projector::builder(store.clone()).run_with(Sums::default().in_sql(), options).start()?;
        projector.wait_for(100).await?;
        let mut connection = place.connection().await?;
        sql(&mut connection, "update sums set sum = sum + 1 where name = 't-1'").await?;
        assert_ne!(found(&place).await?.1, expected(&store, 100).await?);

        // Others read and write all the time, and no reader ever finds nothing.
        let (reading, writing) = (tokio::spawn(read_on(Arc::clone(&place))), bank.clone());
        let writing = tokio::spawn(async move {
            for n in 0..30 {
                writing.execute(add(&name(&format!("t-{}", n % 9)), n)).await?;
            }
            Tested::Ok(())
        });
        projector.rebuild("sums").await?;
        writing.await??;
        projector.wait_for(130).await?;
        stopped_reading(reading).await?;
        assert_eq!(found(&place).await?.1, expected(&store, 130).await?, "{partitions}");
        // All of it came along, and it can be done again.
        projector.rebuild("sums").await?;
        let done = bank.execute(add(&name("t-1"), 5)).await?;
        projector.wait_for(&done).await?;
        assert_eq!(found(&place).await?.1, expected(&store, 131).await?, "{partitions}");
        let all = "select (select total from totals), (select sum(double) from sums), (select count(*) from changes),
            (select count(*) from sqlite_schema where name in ('seen_by_position', 'changed')), (select seq from sqlite_sequence where name = 'seen')";
        let all: (i64, i64, i64, i64, i64) = sqlx::query_as(all).fetch_one(&mut connection).await?;
        assert_eq!((all.0 * 2, 2, 131), (all.1, all.3, all.4));
        assert!(all.2 > 0);
        assert_eq!(beside(&place)?, Vec::<String>::new());
        projector.shutdown().await;
    }
    Ok(())
}

/// What lies in the folder beside the log's own files.
fn beside(place: &Place) -> Result<Vec<String>, std::io::Error> {
    let entries = std::fs::read_dir(place.folder.path())?.collect::<Result<Vec<_>, _>>()?;
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.filter(|name| !name.ends_with(".db") && !name.ends_with("-wal") && !name.ends_with("-shm")).collect())
}

/// Stops it, unless it has ended by itself: for it ends only where something was wrong.
async fn stopped_reading(reading: JoinHandle<Tested>) -> Tested {
    reading.abort();
    match reading.await {
        Err(stopped) if stopped.is_cancelled() => Ok(()),
        ended => ended?,
    }
}

async fn read_on(place: Arc<Place>) -> Tested {
    loop {
        let (_, found) = found(&place).await?;
        assert!(found.sums.len() >= 9, "{found:?}");
    }
}

#[tokio::test]
async fn rows_that_differ_are_shown_before_anything_is_put_in_their_place() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..50 {
        bank.execute(add(&name(&format!("t-{}", n % 3)), 1)).await?;
    }
    let projector = Projector::builder(store.clone()).run(Sums::default().in_sql()).start()?;
    projector.wait_for(50).await?;
    let mut connection = place.connection().await?;
    sql(&mut connection, "delete from changes; insert into changes values ('t-1'); update sums set sum = sum + 1 where name = 't-1'; insert into sums (name, sum) values ('nobody', 1)").await?;
    let spoilt = found(&place).await?;
    let compared = projector.rebuild_and_compare("sums").await?;
    let differences: Vec<_> =
        compared.differences().iter().map(|one| (one.table.as_str(), one.only_in_current, one.only_in_next)).collect();
    assert_eq!(differences, [("changes", 1, 2), ("sums", 2, 1)], "{compared:?}");
    assert!(compared.differences()[1].samples.contains(&"- 'nobody', 1".to_owned()), "{compared:?}");
    assert_eq!(found(&place).await?, spoilt, "nothing was put in its place");
    let done = bank.execute(add(&name("t-1"), 1)).await?;
    projector.wait_for(&done).await?;
    compared.swap().await?;
    assert_eq!(found(&place).await?, (51, expected(&store, 51).await?));
    let compared = projector.rebuild_and_compare("sums").await?;
    let sums = compared.differences().iter().find(|one| one.table == "sums");
    assert!(sums.is_none(), "{compared:?}");
    compared.discard().await;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_built_leaves_the_rows_as_they_are() -> Tested {
    // Far from the end, and on the last steps.
    for batch in [1, 1_000] {
        let place = Place::fresh()?;
        let store = place.store().await?;
        let bank = Executor::new(store.clone());
        let sums = Sums::default();
        sums.cured.store(true, Ordering::SeqCst);
        let options = ProjectionOptions::new().batch(batch);
        let projector = Projector::builder(store.clone()).run_with(sums.in_sql(), options).start()?;
        bank.execute(add(&name("ada"), 1)).await?;
        bank.execute(record(&name("ada"), vec![noted("poison")])).await?;
        for _ in 0..5 {
            bank.execute(add(&name("bob"), 1)).await?;
        }
        projector.wait_for(7).await?;
        sums.cured.store(false, Ordering::SeqCst);
        let failed = projector.rebuild("sums").await;
        assert!(matches!(&failed, Err(ProjectorError::Failed { .. })), "{failed:?}");
        assert_eq!(beside(&place)?, Vec::<String>::new());
        let done = bank.execute(add(&name("ada"), 1)).await?;
        projector.wait_for(&done).await?;
        assert_eq!(found(&place).await?, (8, expected(&store, 8).await?));
    }
    Ok(())
}
