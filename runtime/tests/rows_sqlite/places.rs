//! What no rebuild has made no rebuild takes away.

use std::path::{Path, PathBuf};

use foldline_runtime::{Executor, Projector, ProjectorError, SqliteOptions, SqliteStore};

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Place, Tested, connection, log, sql},
};

/// A projector over a log of ten events.
async fn started(place: &Place) -> Result<(SqliteStore, Projector), crate::support::Failure> {
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..10 {
        bank.execute(add(&name(&format!("t-{}", n % 3)), n)).await?;
    }
    let projector = Projector::builder(store.clone()).run(Sums::default().in_sql()).start()?;
    projector.wait_for(10).await?;
    Ok((store, projector))
}

fn beside(place: &Place) -> PathBuf {
    place.folder.file("log.db-sums-next")
}

/// That it was not rebuilt, for this file is in the way.
async fn refused(projector: &Projector, path: &Path) -> Result<String, crate::support::Failure> {
    for _ in 0..2 {
        let Err(ProjectorError::Failed { failure, .. }) = projector.rebuild("sums").await else {
            return Err("it was rebuilt".into());
        };
        let (said, file) = (failure.to_string(), path.display().to_string());
        assert!(said.contains(&file), "{said}");
        if path.exists() {
            return Ok(said);
        }
    }
    Err("the file is gone".into())
}

#[tokio::test]
async fn another_log_is_left_alone() -> Tested {
    let place = Place::fresh()?;
    let theirs = SqliteStore::open_with(beside(&place), SqliteOptions::development()).await?;
    Executor::new(theirs.clone()).execute(add(&name("theirs"), 1)).await?;
    let (store, projector) = started(&place).await?;
    refused(&projector, &beside(&place)).await?;
    drop(theirs);
    let theirs = SqliteStore::open_with(beside(&place), SqliteOptions::development()).await?;
    assert_eq!(log(&theirs).await?.len(), 1);
    assert_eq!(found(&place).await?, (10, expected(&store, 10).await?), "the present one is as it was");
    Ok(())
}

#[tokio::test]
async fn what_somebody_keeps_is_left_alone_until_it_is_handed_over() -> Tested {
    let place = Place::fresh()?;
    let (store, projector) = started(&place).await?;
    std::fs::write(beside(&place), "a letter, and no database")?;
    refused(&projector, &beside(&place)).await?;
    assert_eq!(std::fs::read_to_string(beside(&place))?, "a letter, and no database");
    std::fs::remove_file(beside(&place))?;

    let mut theirs = connection(&beside(&place)).await?;
    sql(&mut theirs, "create table kept as select 1 as one").await?;
    let said = refused(&projector, &beside(&place)).await?;
    let hand_over = said.split('`').find(|part| part.starts_with("pragma")).ok_or(said.clone())?;
    sql(&mut theirs, hand_over).await?;
    drop(theirs);
    projector.rebuild("sums").await?;
    assert!(!beside(&place).exists());
    assert_eq!(found(&place).await?, (10, expected(&store, 10).await?));
    Ok(())
}
