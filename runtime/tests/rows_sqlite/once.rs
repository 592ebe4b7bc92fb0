//! Every event counts exactly once.

use foldline_runtime::{Executor, MemoryStore, ProjectionOptions, Projector, StoreError, storage::Store};

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Place, Tested},
};

#[tokio::test]
async fn rows_are_what_the_log_adds_up_to() -> Tested {
    for partitions in [1, 2] {
        let place = Place::fresh()?;
        let store = place.store().await?;
        let bank = Executor::new(store.clone());
        for n in 0..60 {
            bank.execute(add(&name(&format!("t-{}", n % 7)), n)).await?;
        }
        let options = ProjectionOptions::new().batch(13).partitions(partitions);
        let projector = Projector::builder(store.clone()).run_with(Sums::default().in_sql(), options).start()?;
        for n in 0..20 {
            let done = bank.execute(add(&name(&format!("t-{}", n % 7)), n)).await?;
            projector.wait_for(&done).await?;
            let head = store.head().await?;
            assert_eq!(found(&place).await?.1, expected(&store, head).await?, "one reads what one wrote");
        }
        projector.shutdown().await;
        store.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn whoever_comes_next_goes_on_where_the_last_one_was() -> Tested {
    let place = Place::fresh()?;
    for round in 1..=4 {
        let store = place.store().await?;
        let bank = Executor::new(store.clone());
        for n in 0..20 {
            bank.execute(add(&name(&format!("t-{}", n % 3)), 1)).await?;
        }
        let projector = Projector::builder(store.clone()).run(Sums::default().in_sql()).start()?;
        projector.wait_for(round * 20).await?;
        assert_eq!(projector.status().await?[0].events, 20, "only what came since");
        projector.shutdown().await;
        assert_eq!(found(&place).await?, (round * 20, expected(&store, round * 20).await?));
        store.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn it_lives_nowhere_but_beside_its_log() -> Tested {
    let refused = Projector::builder(MemoryStore::new()).run(Sums::default().in_sql()).start();
    let Err(StoreError::Failed { context, .. }) = &refused else { return Err(format!("{refused:?}").into()) };
    assert!(context.contains("`sums`") && context.contains("SQLite"), "{context}");
    Ok(())
}
