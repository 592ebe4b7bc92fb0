//! Rows are built anew beside those that are read, and put in their place at once.

use std::sync::atomic::Ordering;

use foldline_runtime::{
    Executor, InSql, OnError, PostgresDatabase, ProjectionOptions, Projector, ProjectorError, RunState, storage::Store,
};
use tokio::task::JoinHandle;

use crate::{
    common::{
        commands::{add, record},
        name, noted,
    },
    model::{Sums, expected, found},
    support::{Failure, Place, Tested},
};

async fn started(place: &Place, options: ProjectionOptions) -> Result<(Executor, Projector, Sums), Failure> {
    let store = place.store().await?;
    let sums = Sums::default();
    let projector = Projector::builder(store.clone());
    let projector = projector.run_with(InSql::<_, PostgresDatabase>::new(sums.clone()), options).start()?;
    Ok((Executor::new(store), projector, sums))
}

async fn spoil(place: &Place) -> Tested {
    let mut connection = place.connection().await?;
    place.sql(&mut connection, "update $schema_sums.sums set sum = sum + 1 where name = 't-1'").await?;
    place.sql(&mut connection, "insert into $schema_sums.sums values ('nobody', 1, 1)").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_built_anew_while_the_old_ones_are_read() -> Tested {
    for partitions in [1, 3] {
        let place = Place::fresh()?;
        let store = place.store().await?;
        let (bank, projector, _) = started(&place, ProjectionOptions::new().batch(10).partitions(partitions)).await?;
        for n in 0..200 {
            bank.execute(add(&name(&format!("t-{}", n % 9)), n)).await?;
        }
        projector.wait_for(200).await?;
        spoil(&place).await?;
        assert_ne!(found(&place).await?, expected(&store, &[]).await?);

        // Others read and write all the time, and no reader ever finds nothing.
        let (reading, writing) = (tokio::spawn(read_on(place.clone())), bank.clone());
        let writing = tokio::spawn(async move {
            for n in 0..60 {
                writing.execute(add(&name(&format!("t-{}", n % 9)), n)).await?;
            }
            Tested::Ok(())
        });
        projector.rebuild("sums").await?;
        writing.await??;
        projector.wait_for(260).await?;
        stopped_reading(reading).await?;
        assert_eq!(found(&place).await?, expected(&store, &[]).await?, "{partitions}");
        // Nothing is left over, and it can be done again.
        projector.rebuild("sums").await?;
        assert_eq!(found(&place).await?, expected(&store, &[]).await?, "{partitions}");
        assert_eq!(left_over(&place).await?, 0);
        projector.shutdown().await;
    }
    Ok(())
}

/// How many sets of tables there are beside those that are read.
async fn left_over(place: &Place) -> Result<i64, Failure> {
    let left = "select count(*) from pg_namespace where nspname in ($1 || '_sums_next', $1 || '_sums_old')";
    Ok(sqlx::query_scalar(left).bind(&place.schema).fetch_one(&mut place.connection().await?).await?)
}

/// Stops it, unless it has ended by itself: for it ends only where something was wrong.
async fn stopped_reading(reading: JoinHandle<Tested>) -> Tested {
    reading.abort();
    match reading.await {
        Err(stopped) if stopped.is_cancelled() => Ok(()),
        ended => ended?,
    }
}

async fn read_on(place: Place) -> Tested {
    loop {
        let found = found(&place).await?;
        assert!(found.sums.len() >= 9, "{found:?}");
    }
}

#[tokio::test]
async fn rows_that_differ_are_shown_before_anything_is_put_in_their_place() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let (bank, projector, _) = started(&place, ProjectionOptions::new().batch(7)).await?;
    for n in 0..50 {
        bank.execute(add(&name(&format!("t-{}", n % 3)), 1)).await?;
    }
    projector.wait_for(50).await?;
    spoil(&place).await?;
    let spoilt = found(&place).await?;
    let compared = projector.rebuild_and_compare("sums").await?;
    let differences: Vec<_> =
        compared.differences().iter().map(|one| (one.table.as_str(), one.only_in_current, one.only_in_next)).collect();
    assert_eq!(differences, [("sums", 2, 1)], "{compared:?}");
    assert!(
        compared.differences()[0].samples.iter().any(|sample| sample.starts_with("- ") && sample.contains("nobody"))
    );
    assert_eq!(found(&place).await?, spoilt, "nothing was put in its place");
    let done = bank.execute(add(&name("t-1"), 1)).await?;
    projector.wait_for(&done).await?;
    compared.swap().await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    let compared = projector.rebuild_and_compare("sums").await?;
    assert!(compared.differences().is_empty(), "{compared:?}");
    compared.discard().await;
    assert_eq!(projector.status().await?[0].state, RunState::Running);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_built_leaves_the_rows_as_they_are() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let (bank, projector, sums) = started(&place, ProjectionOptions::new()).await?;
    sums.cured.store(true, Ordering::SeqCst);
    bank.execute(add(&name("ada"), 1)).await?;
    let done = bank.execute(record(&name("ada"), vec![noted("poison")])).await?;
    projector.wait_for(&done).await?;
    sums.cured.store(false, Ordering::SeqCst);
    let failed = projector.rebuild("sums").await;
    let Err(ProjectorError::Failed { failure, .. }) = &failed else { return Err(format!("{failed:?}").into()) };
    assert_eq!(failure.event.as_ref().map(|event| event.position), Some(2));
    assert_eq!(left_over(&place).await?, 0);
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    let done = bank.execute(add(&name("ada"), 1)).await?;
    projector.wait_for(&done).await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    Ok(())
}

#[tokio::test]
async fn what_was_left_aside_is_taken_in_once_it_can_be() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let options = ProjectionOptions::new().on_error(OnError::Park).batch(4);
    let (bank, projector, sums) = started(&place, options).await?;
    for n in 0..20 {
        bank.execute(add(&name(if n % 2 == 0 { "ada" } else { "bob" }), 1)).await?;
        if n == 6 {
            bank.execute(record(&name("ada"), vec![noted("poison")])).await?;
        }
    }
    projector.wait_for(21).await?;
    assert_eq!(found(&place).await?, expected(&store, &[("ada", 5)]).await?);
    let still = projector.replay("sums", None).await;
    assert!(matches!(still, Err(ProjectorError::Failed { .. })), "{still:?}");
    sums.cured.store(true, Ordering::SeqCst);
    projector.replay("sums", None).await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    let kept = store.checkpoints().ok_or("no checkpoints")?.checkpoint("sums").await?.ok_or("no checkpoint")?;
    assert_eq!((kept.position, kept.parked.len()), (21, 0));
    Ok(())
}
