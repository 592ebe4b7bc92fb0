//! One runs it at a time, another takes over, and whoever was paused changes nothing.

use std::time::Duration;

use foldline_runtime::{
    Executor, InSql, PostgresDatabase, ProjectionError, ProjectionOptions, Projector, RunState,
    storage::{Build, Checkpoint, Checkpoints, Claim, Database, Lease, Store, Work, WriteFault},
};
use futures_util::FutureExt;

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Place, Tested},
};

fn sums() -> InSql<Sums, PostgresDatabase> {
    InSql::new(Sums::default())
}

#[tokio::test]
async fn the_second_waits_and_takes_over_at_once_when_the_first_shuts_down() -> Tested {
    let place = Place::fresh()?;
    let (one_store, other_store) = (place.store().await?, place.store().await?);
    let bank = Executor::new(one_store.clone());
    let options = ProjectionOptions::new().takeover_after(Duration::from_secs(3600));
    let one = Projector::builder(one_store.clone()).run_with(sums(), options).start()?;
    let done = bank.execute(add(&name("ada"), 1)).await?;
    one.wait_for(&done).await?;
    let short = ProjectionOptions::new().takeover_after(Duration::from_millis(100));
    let other = Projector::builder(other_store).run_with(sums(), short).start()?;
    // What is waited for at the second is told by the first's checkpoint.
    let done = bank.execute(add(&name("ada"), 2)).await?;
    other.wait_for(&done).await?;
    let status = other.status().await?.remove(0);
    assert_eq!((status.state, status.position, status.events), (RunState::Standby, 2, 0));
    one.shutdown().await;
    let done = bank.execute(add(&name("ada"), 3)).await?;
    other.wait_for(&done).await?;
    assert_eq!(other.status().await?[0].events, 1);
    assert_eq!(found(&place).await?, expected(&one_store, &[]).await?);
    Ok(())
}

fn run(sql: String) -> Work<sqlx::PgConnection> {
    Box::new(move |connection| {
        async move {
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await;
            done.map(drop).map_err(ProjectionError::handler)
        }
        .boxed()
    })
}

/// The first is as one whose process stands still: it gives no sign of life, and does not know what came between.
#[tokio::test]
async fn a_former_owner_writes_nothing() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let database = store.database().and_then(|any| any.downcast_ref::<PostgresDatabase>()).ok_or("no database")?;
    database
        .prepare("sums", Build::Current, 1, run("create table t (who text)".to_owned()))
        .await
        .map_err(|fault| format!("{fault:?}"))?;
    let claim = async |term| {
        let asked = Lease::unclaimed("sums", term);
        loop {
            if let Claim::Granted(lease, _) = database.claim(&asked, &Checkpoint::default()).await? {
                return Ok::<Lease, foldline_runtime::StoreError>(lease);
            }
        }
    };
    let write = async |lease: &Lease, who: &'static str| {
        let to = Checkpoint { position: 1, ..Checkpoint::default() };
        let work = run(format!("insert into t values ('{who}')"));
        database.transact("sums", lease, Build::Current, &to, work).await
    };
    let former = claim(Duration::from_millis(1)).await?;
    let owner = claim(Duration::from_secs(3600)).await?;
    assert!(matches!(write(&former, "former").await, Err(WriteFault::Lost)));
    let next = write(&owner, "owner").await.map_err(|fault| format!("{fault:?}"))?;
    // Sent once more, as after a lost answer: it changes nothing.
    assert!(matches!(write(&owner, "twice").await, Err(WriteFault::Lost)));
    assert!(matches!(write(&former, "former").await, Err(WriteFault::Lost)));
    assert!(write(&next, "owner").await.is_ok());
    let mut connection = place.connection().await?;
    let sql = format!("select string_agg(who, ' ') from {}_sums.t", place.schema);
    let wrote: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
    assert_eq!(wrote, "owner owner");
    Ok(())
}
