//! One runs it at a time, another takes over, and whoever comes too late changes nothing.

use std::time::Duration;

use foldline_runtime::{
    AnyStore, Executor, ProjectionError, ProjectionOptions, Projector, RunState, SqliteDatabase,
    storage::{Build, Checkpoint, Checkpoints, Claim, Database, Lease, Work, WriteFault},
};
use futures_util::FutureExt;
use sqlx::SqliteConnection;

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Failure, Place, Tested, sql},
};

#[tokio::test]
async fn the_second_takes_over_where_the_first_was() -> Tested {
    let place = Place::fresh()?;
    let (one_store, other_store) = (place.store().await?, place.store().await?);
    let bank = Executor::new(one_store.clone());
    let one = Projector::builder(one_store.clone()).run(Sums::default().in_sql()).start()?;
    let done = bank.execute(add(&name("ada"), 1)).await?;
    one.wait_for(&done).await?;
    let short = ProjectionOptions::new().takeover_after(Duration::from_millis(100));
    let other = Projector::builder(other_store).run_with(Sums::default().in_sql(), short).start()?;
    let done = bank.execute(add(&name("ada"), 2)).await?;
    other.wait_for(&done).await?;
    let status = other.status().await?.remove(0);
    assert_eq!((status.state, status.events), (RunState::Standby, 0));
    one.shutdown().await;
    let done = bank.execute(add(&name("ada"), 3)).await?;
    other.wait_for(&done).await?;
    assert_eq!(other.status().await?[0].events, 1);
    assert_eq!(found(&place).await?, (3, expected(&one_store, 3).await?));
    Ok(())
}

async fn database(place: &Place) -> Result<SqliteDatabase, Failure> {
    Ok(SqliteDatabase::of(&AnyStore::new(place.store().await?)).ok_or("no database")?)
}

/// Runs a text.
fn run(sql: String) -> Work<SqliteConnection> {
    Box::new(move |connection| {
        async move {
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await;
            done.map(drop).map_err(ProjectionError::handler)
        }
        .boxed()
    })
}

async fn claimed(database: &SqliteDatabase, term: Duration) -> Result<Lease, Failure> {
    let asked = Lease::unclaimed("sums", term);
    loop {
        if let Claim::Granted(lease, _) = database.claim(&asked, &Checkpoint::default()).await? {
            return Ok(lease);
        }
    }
}

fn to(position: u64) -> Checkpoint {
    Checkpoint { position, ..Checkpoint::default() }
}

async fn prepared(place: &Place) -> Result<SqliteDatabase, Failure> {
    let database = database(place).await?;
    let table = run("create table t (who text unique)".to_owned());
    database.prepare("sums", Build::Current, 1, table).await.map_err(|fault| format!("{fault:?}"))?;
    Ok(database)
}

async fn wrote(place: &Place) -> Result<String, Failure> {
    let sql = "select coalesce(group_concat(who, ' '), '') from t";
    Ok(sqlx::query_scalar(sql).fetch_one(&mut place.connection().await?).await?)
}

/// The first is as one whose process stands still: it gives no sign of life, and does not know what came between.
#[tokio::test]
async fn a_former_owner_writes_nothing() -> Tested {
    let place = Place::fresh()?;
    let database = prepared(&place).await?;
    let write = async |lease: &Lease, who: &'static str| {
        let work = run(format!("insert into t values ('{who}')"));
        database.transact("sums", lease, Build::Current, &to(1), work).await
    };
    let former = claimed(&database, Duration::from_millis(1)).await?;
    let owner = claimed(&database, Duration::from_secs(3600)).await?;
    assert!(matches!(write(&former, "former").await, Err(WriteFault::Lost)));
    let next = write(&owner, "owner").await.map_err(|fault| format!("{fault:?}"))?;
    // Sent once more, as after a lost answer: it changes nothing.
    assert!(matches!(write(&owner, "twice").await, Err(WriteFault::Lost)));
    assert!(matches!(write(&former, "former").await, Err(WriteFault::Lost)));
    assert!(write(&next, "again").await.is_ok());
    assert_eq!(wrote(&place).await?, "owner again");
    Ok(())
}

#[tokio::test]
async fn work_that_rolls_everything_back_takes_the_step_along() -> Tested {
    let place = Place::fresh()?;
    let database = prepared(&place).await?;
    let lease = claimed(&database, Duration::from_secs(3600)).await?;
    let first = run("insert into t values ('ada')".to_owned());
    let lease = database.transact("sums", &lease, Build::Current, &to(1), first).await;
    let lease = lease.map_err(|fault| format!("{fault:?}"))?;
    // SQLite ends the transaction by itself, and whoever wrote this did not look.
    let careless: Work<SqliteConnection> = Box::new(|connection| {
        async move {
            let _ = sqlx::raw_sql("insert or rollback into t values ('bob'), ('ada')").execute(connection).await;
            Ok(())
        }
        .boxed()
    });
    let moved = database.transact("sums", &lease, Build::Current, &to(2), careless).await;
    assert!(matches!(moved, Err(WriteFault::Work(_))), "{moved:?}");
    assert_eq!(wrote(&place).await?, "ada");
    assert_eq!(database.checkpoint("sums").await?.map(|kept| kept.position), Some(1));
    Ok(())
}

/// It was paused between two batches, and somebody else began anew meanwhile: its own rows are nobody's any more.
#[tokio::test]
async fn what_is_built_beside_the_log_is_given_up_once_it_has_lost_its_place() -> Tested {
    let place = Place::fresh()?;
    let database = prepared(&place).await?;
    let lease = claimed(&database, Duration::from_secs(3600)).await?;
    let table = run("create table t (who text unique)".to_owned());
    database.prepare("sums", Build::Next, 1, table).await.map_err(|fault| format!("{fault:?}"))?;
    let write = async |lease: &Lease, who: &str| {
        let work = run(format!("insert into t values ('{who}')"));
        database.transact("sums", lease, Build::Next, &to(1), work).await
    };
    let next = write(&lease, "ada").await.map_err(|fault| format!("{fault:?}"))?;
    assert_eq!(next.fence, lease.fence + 1);
    // The rows of this one are written, and its step is refused. That is no fault of the rows, to be tried with fewer of them.
    let refused = write(&lease, "bob").await;
    assert!(matches!(&refused, Err(WriteFault::Store(error)) if !error.is_transient()), "{refused:?}");
    assert_eq!(wrote(&place).await?, "", "and the present rows are as they were");
    Ok(())
}

/// As if the owner had given its last sign of life before the clock was set back by an hour.
#[tokio::test]
async fn a_clock_that_goes_back_keeps_nobody_waiting() -> Tested {
    let place = Place::fresh()?;
    let database = prepared(&place).await?;
    let owner = claimed(&database, Duration::from_secs(60)).await?;
    let mut connection = place.connection().await?;
    let ask = async || database.claim(&Lease::unclaimed("sums", Duration::from_secs(1)), &Checkpoint::default()).await;
    assert!(matches!(ask().await?, Claim::Held(_)), "it is the owner's own term that counts");
    sql(&mut connection, "update projections set expires_at = expires_at + 1000000").await?;
    assert!(matches!(ask().await?, Claim::Held(_)), "clocks are set right by a little all the time");
    sql(&mut connection, "update projections set expires_at = expires_at + 3600000000").await?;
    assert!(matches!(ask().await?, Claim::Granted(..)));
    assert!(!database.renew(&owner).await?);
    Ok(())
}
