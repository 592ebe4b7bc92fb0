//! How many share a projection out is part of what its rows are, on every database.

use foldline_runtime::{Executor, ProjectionOptions, Projector, StoreError, storage::Store as _};

use crate::{
    common::{commands::add, name},
    model::{Store, Sums, found_and_expected},
    support::{Place, Tested},
};

fn started(store: &Store, partitions: usize) -> Result<Projector, StoreError> {
    let options = ProjectionOptions::new().batch(7).partitions(partitions);
    Projector::builder(store.clone()).run_with(Sums::default().in_sql(), options).start()
}

/// As many events more, on twenty streams.
async fn more(bank: &Executor, events: i64) -> Tested {
    for n in 0..events {
        bank.execute(add(&name(&format!("t-{}", n % 20)), n)).await?;
    }
    Ok(())
}

/// That it has stopped before it took in anything, and says what it was shared out among before.
async fn refused(projector: &Projector, position: u64, before: usize) -> Tested {
    let stopped = projector.wait_for(position).await;
    let Err(error) = stopped else { return Err("it went on".into()) };
    assert!(error.to_string().contains(&format!("partitions({before})")), "{error}");
    assert!(projector.status().await?.iter().all(|status| status.events == 0));
    Ok(())
}

#[tokio::test]
async fn another_number_of_partitions_counts_nothing_twice() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    more(&bank, 60).await?;
    let two = started(&store, 2)?;
    two.wait_for(60).await?;
    two.shutdown().await;
    more(&bank, 10).await?;
    for other in [3, 1] {
        let others = started(&store, other)?;
        refused(&others, 70, 2).await?;
        others.resume("sums").await?;
        refused(&others, 70, 2).await?;
        let (found, expected) = found_and_expected(&place, &store, 60).await?;
        assert_eq!(found, expected, "{other}");
        others.shutdown().await;
    }
    // With the number that it had it goes on.
    let two = started(&store, 2)?;
    two.wait_for(70).await?;
    let (found, expected) = found_and_expected(&place, &store, 70).await?;
    assert_eq!(found, expected);
    two.shutdown().await;
    // Built anew, it has another.
    for (now, before) in [(3, 2), (1, 3), (2, 1)] {
        let others = started(&store, now)?;
        refused(&others, 70, before).await?;
        others.rebuild("sums").await?;
        more(&bank, 10).await?;
        let head = store.head().await?;
        others.wait_for(head).await?;
        let (found, expected) = found_and_expected(&place, &store, head).await?;
        assert_eq!(found, expected, "{now}");
        others.shutdown().await;
        let former = started(&store, before)?;
        refused(&former, head, now).await?;
        former.shutdown().await;
    }
    Ok(())
}

/// As while a new version of a program takes the place of the old one, process by process.
#[tokio::test]
async fn whoever_runs_it_otherwise_is_stopped_by_a_rebuild() -> Tested {
    let place = Place::fresh()?;
    let (store, other_store) = (place.store().await?, place.store().await?);
    let bank = Executor::new(store.clone());
    more(&bank, 40).await?;
    let old = started(&store, 2)?;
    old.wait_for(40).await?;
    let new = started(&other_store, 3)?;
    refused(&new, 40, 2).await?;
    new.rebuild("sums").await?;
    more(&bank, 20).await?;
    new.wait_for(60).await?;
    assert!(old.wait_for(60).await.is_err());
    let (found, expected) = found_and_expected(&place, &store, 60).await?;
    assert_eq!(found, expected);
    Ok(())
}
