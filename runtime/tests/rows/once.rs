//! Every event counts exactly once.

use std::time::Duration;

use foldline_runtime::{
    Executor, InSql, MemoryStore, PostgresDatabase, ProjectionOptions, Projector, RunState, StoreError,
    storage::{Database, Store},
};

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Place, Tested},
};

fn sums() -> InSql<Sums, PostgresDatabase> {
    InSql::new(Sums::default())
}

#[tokio::test]
async fn rows_are_what_the_log_adds_up_to() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..200 {
        bank.execute(add(&name(&format!("t-{}", n % 7)), n)).await?;
    }
    let options = ProjectionOptions::new().batch(13);
    let projector = Projector::builder(store.clone()).run_with(sums(), options).start()?;
    for n in 200..230 {
        let done = bank.execute(add(&name(&format!("t-{}", n % 7)), n)).await?;
        projector.wait_for(&done).await?;
        assert_eq!(found(&place).await?, expected(&store, &[]).await?, "one reads what one wrote");
    }
    let status = projector.status().await?.remove(0);
    assert_eq!(
        (status.name.as_str(), status.state, status.position, status.events),
        ("sums", RunState::Running, 230, 230)
    );
    Ok(())
}

#[tokio::test]
async fn whoever_comes_next_goes_on_where_the_last_one_was() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for round in 0..5 {
        for n in 0..20 {
            bank.execute(add(&name(&format!("t-{}", n % 3)), round)).await?;
        }
        let projector = Projector::builder(store.clone()).run(sums()).start()?;
        projector.wait_for((round as u64 + 1) * 20).await?;
        assert_eq!(projector.status().await?[0].events, 20, "only what came since");
        projector.shutdown().await;
    }
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    Ok(())
}

#[tokio::test]
async fn events_of_no_concern_move_it_as_well() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    for n in 0..30 {
        crate::support::accepted(&store, &crate::support::first(&format!("other-{n}"))).await?;
    }
    let options = ProjectionOptions::new().batch(5).checkpoint_every(10, Duration::from_secs(3600));
    let projector = Projector::builder(store.clone()).run_with(sums(), options).start()?;
    projector.wait_for(30).await?;
    projector.shutdown().await;
    let checkpoints = store.checkpoints().ok_or("a store without checkpoints")?;
    assert_eq!(checkpoints.checkpoint("sums").await?.map(|checkpoint| checkpoint.position), Some(30));
    Ok(())
}

#[tokio::test]
async fn many_can_share_it_out() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..150 {
        bank.execute(add(&name(&format!("t-{}", n % 20)), n)).await?;
    }
    let options = ProjectionOptions::new().batch(9).partitions(3);
    let projector = Projector::builder(store.clone()).run_with(sums(), options).start()?;
    for n in 150..200 {
        bank.execute(add(&name(&format!("t-{}", n % 20)), n)).await?;
    }
    projector.wait_for(200).await?;
    let status = projector.status().await?;
    assert_eq!(status.iter().map(|status| status.events).sum::<u64>(), 200);
    assert!(status.iter().all(|status| status.events > 0), "{status:?}");
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    Ok(())
}

#[tokio::test]
async fn it_lives_nowhere_but_beside_its_log() -> Tested {
    let refused = Projector::builder(MemoryStore::new()).run(sums()).start();
    let Err(StoreError::Failed { context, .. }) = &refused else { return Err(format!("{refused:?}").into()) };
    assert!(context.contains("`sums`") && context.contains(PostgresDatabase::NAME), "{context}");
    // Of a store whose kind is forgotten it is found out.
    let place = Place::fresh()?;
    let any = foldline_runtime::AnyStore::new(place.store().await?);
    Projector::builder(any).run(sums()).start()?.wait_for(0).await?;
    Ok(())
}
