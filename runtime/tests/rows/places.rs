//! What a projection did not make it neither writes into nor drops.

use foldline_runtime::{Executor, PostgresStore, ProjectionOptions, Projector, ProjectorError, RunState};
use sqlx::AssertSqlSafe;

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Failure, Place, Tested, log},
};

/// A projector over a log of ten events.
async fn started(place: &Place) -> Result<(PostgresStore, Projector), Failure> {
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..10 {
        bank.execute(add(&name(&format!("t-{}", n % 3)), n)).await?;
    }
    let sums = Sums::default().in_sql();
    let projector = Projector::builder(store.clone()).run_with(sums, ProjectionOptions::new()).start()?;
    Ok((store, projector))
}

/// Another log, which is called as the projection's place would be.
async fn neighbour(place: &Place, suffix: &str) -> Result<PostgresStore, Failure> {
    let schema = format!("{}_sums{suffix}", place.schema);
    let store = PostgresStore::connect_with(&place.url, place.options().schema(&schema)).await?;
    Executor::new(store.clone()).execute(add(&name("theirs"), 1)).await?;
    Ok(store)
}

/// How many tables there are in a schema of this suffix.
async fn tables(place: &Place, suffix: &str) -> Result<i64, Failure> {
    let tables = "select count(*) from pg_tables where schemaname = $1";
    let tables = sqlx::query_scalar(tables).bind(format!("{}_sums{suffix}", place.schema));
    Ok(tables.fetch_one(&mut place.connection().await?).await?)
}

async fn sql(place: &Place, sql: &str) -> Tested {
    Ok(place.sql(&mut place.connection().await?, sql).await?)
}

/// That it stopped at once, and what it said.
async fn refused(projector: &Projector) -> Result<String, Failure> {
    assert!(projector.wait_for(10).await.is_err());
    let status = projector.status().await?.remove(0);
    assert_eq!((status.state, status.position), (RunState::Stopped, 0));
    Ok(status.last_error.ok_or("no error")?.to_string())
}

#[tokio::test]
async fn the_place_of_another_log_is_left_alone() -> Tested {
    let place = Place::fresh()?;
    let theirs = neighbour(&place, "").await?;
    let before = tables(&place, "").await?;
    let (_, projector) = started(&place).await?;
    let said = refused(&projector).await?;
    assert!(said.contains(&format!("`{}_sums`", place.schema)) && said.contains("log"), "{said}");
    assert!(projector.rebuild("sums").await.is_err());
    assert_eq!(tables(&place, "").await?, before);
    assert_eq!(log(&theirs).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_rebuild_drops_neither_another_log_nor_what_somebody_keeps() -> Tested {
    for suffix in ["_next", "_old"] {
        let place = Place::fresh()?;
        let theirs = neighbour(&place, suffix).await?;
        let (store, projector) = started(&place).await?;
        projector.wait_for(10).await?;
        for _ in 0..2 {
            let Err(ProjectorError::Failed { failure, .. }) = projector.rebuild("sums").await else {
                return Err("it was rebuilt".into());
            };
            assert!(failure.to_string().contains(&format!("`{}_sums{suffix}`", place.schema)), "{failure}");
        }
        assert_eq!(log(&theirs).await?.len(), 1, "{suffix}");
        sql(&place, &format!("drop schema $schema_sums{suffix} cascade")).await?;
        // What an operator has put aside there.
        sql(&place, &format!("create schema $schema_sums{suffix}")).await?;
        sql(&place, &format!("create table $schema_sums{suffix}.kept as select 1 as one")).await?;
        assert!(projector.rebuild("sums").await.is_err(), "{suffix}");
        assert_eq!(tables(&place, suffix).await?, 1, "{suffix}");
        assert_eq!(found(&place).await?, expected(&store, &[]).await?, "the present one is as it was");
        // Out of the way, it is no hindrance.
        sql(&place, &format!("alter schema $schema_sums{suffix} rename to $schema_kept")).await?;
        projector.rebuild("sums").await?;
        assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    }
    Ok(())
}

/// The rows that are read as well: somebody may have put a schema of theirs in their place, or a log into it.
#[tokio::test]
async fn a_rebuild_takes_the_place_of_nothing_but_its_own() -> Tested {
    let place = Place::fresh()?;
    let (_, projector) = started(&place).await?;
    projector.wait_for(10).await?;
    let theirs = neighbour(&place, "").await?;
    assert!(projector.rebuild("sums").await.is_err());
    assert_eq!(log(&theirs).await?.len(), 1);
    Ok(())
}

/// Also where its rows were made long ago: what is known of them says nothing of the schema that stands there now.
#[tokio::test]
async fn what_stands_in_the_place_of_its_rows_is_not_written_into() -> Tested {
    let place = Place::fresh()?;
    let (store, projector) = started(&place).await?;
    projector.wait_for(10).await?;
    projector.stop("sums").await?;
    let mark = format!("Foldline: rows of the projection others of the log {}", place.schema);
    sql(&place, &format!("comment on schema $schema_sums is '{mark}'")).await?;
    Executor::new(store.clone()).execute(add(&name("ada"), 1)).await?;
    projector.resume("sums").await?;
    assert!(projector.wait_for(11).await.is_err());
    let status = projector.status().await?.remove(0);
    assert_eq!((status.state, status.position), (RunState::Stopped, 10));
    // Rows from before there were marks are its own.
    sql(&place, "comment on schema $schema_sums is null").await?;
    projector.resume("sums").await?;
    projector.wait_for(11).await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    // A log that has taken their place is left alone.
    projector.stop("sums").await?;
    sql(&place, "alter schema $schema_sums rename to $schema_kept").await?;
    let theirs = neighbour(&place, "").await?;
    Executor::new(store).execute(add(&name("ada"), 1)).await?;
    projector.resume("sums").await?;
    assert!(projector.wait_for(12).await.is_err());
    let said = projector.status().await?.remove(0).last_error.ok_or("no error")?.to_string();
    assert!(said.contains("log"), "{said}");
    assert_eq!(log(&theirs).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_place_that_was_made_for_it_is_its_own_if_nothing_is_in_it() -> Tested {
    let place = Place::fresh()?;
    let schema = &place.schema;
    sql(&place, "create schema $schema_sums").await?;
    let (store, projector) = started(&place).await?;
    projector.wait_for(10).await?;
    // So it is where it is built anew.
    for made in ["", "create schema $schema_sums_next"] {
        sql(&place, made).await?;
        projector.rebuild("sums").await?;
        assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    }

    let place = Place::fresh()?;
    sql(&place, "create schema $schema_sums; create table $schema_sums.kept as select 1 as one").await?;
    let (store, projector) = started(&place).await?;
    let said = refused(&projector).await?;
    assert_eq!(tables(&place, "").await?, 1);
    // It says how it is handed over, in SQL.
    let hand_over = said.split("`comment on ").nth(1).and_then(|rest| rest.split('`').next()).ok_or(said.clone())?;
    sql(&place, &format!("comment on {hand_over}")).await?;
    projector.resume("sums").await?;
    while projector.status().await?[0].state == RunState::Stopped {
        tokio::task::yield_now().await;
    }
    projector.wait_for(10).await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?, "{schema}");
    // One that is another's by its mark stays so.
    let place = Place::fresh()?;
    let mark = hand_over.split('\'').nth(1).unwrap_or_default();
    let schema = AssertSqlSafe(format!("create schema {0}_sums; comment on schema {0}_sums is '{mark}'", place.schema));
    sqlx::raw_sql(schema).execute(&mut place.connection().await?).await?;
    let (_, projector) = started(&place).await?;
    refused(&projector).await?;
    Ok(())
}
