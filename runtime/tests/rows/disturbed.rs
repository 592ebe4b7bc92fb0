//! A rebuild that is disturbed when it is about to be put in the place of the present one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    Delivery, Executor, InSql, PostgresDatabase, PostgresStore, Projection, ProjectionError, ProjectionOptions,
    Projector, Rows, Stream,
};
use sqlx::{PgConnection, Row};
use tokio::sync::{Mutex, Semaphore};

use crate::{
    common::{Tally, commands::add, name},
    support::{Failure, Place, Tested},
};

/// No test waits for longer: whoever is still not there then never will be.
const ENOUGH: Duration = Duration::from_secs(30);

/// What happens to what is being built, when it is about to take in the last event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Disturbance {
    /// Its checkpoint was moved, and nobody knows by whom.
    Moved,
    /// The checkpoints cannot be had for a while.
    Outage,
}

/// What the test and the rows know of each other.
#[derive(Debug)]
struct Scene {
    place: Place,
    disturbance: Disturbance,
    /// How often its tables were made, the present ones not counted.
    made: AtomicU32,
    /// Told once what is being built is about as far as the present one.
    near: Semaphore,
    /// Whether the disturbance is behind it.
    met: AtomicBool,
    /// Told once what is being built anew may go on.
    gate: Semaphore,
    /// Keeps everybody from the checkpoints.
    holder: Mutex<Option<PgConnection>>,
}

/// Writes a row an event.
#[derive(Debug, Clone)]
struct Disturbed {
    positions: Vec<i64>,
    scene: Arc<Scene>,
}

impl Scene {
    fn new(place: &Place, disturbance: Disturbance) -> Arc<Self> {
        Arc::new(Self {
            place: place.clone(),
            disturbance,
            made: AtomicU32::default(),
            near: Semaphore::new(0),
            met: AtomicBool::default(),
            gate: Semaphore::new(0),
            holder: Mutex::default(),
        })
    }

    async fn disturb(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        let mut other = self.place.connection().await?;
        if self.disturbance == Disturbance::Moved {
            let moved = "update $schema.projections set fence = fence + 1 where name = 'disturbed+next'";
            self.place.sql(&mut other, moved).await?;
            return Ok(());
        }
        let held = "begin; lock table $schema.projections in access exclusive mode";
        self.place.sql(&mut other, held).await?;
        *self.holder.lock().await = Some(other);
        let wait = "set local statement_timeout = 20; select pg_sleep(60)";
        Ok(sqlx::raw_sql(wait).execute(connection).await.map(drop)?)
    }
}

impl Projection for Disturbed {
    const NAME: &'static str = "disturbed";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        self.positions.push(delivery.position().cast_signed());
        Ok(())
    }
}

async fn is_next(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select current_schema() like '%\\_next'").fetch_one(connection).await
}

impl Rows<PostgresDatabase> for Disturbed {
    type Error = Failure;

    async fn create(&self, connection: &mut PgConnection) -> Result<(), Failure> {
        if is_next(connection).await? {
            self.scene.made.fetch_add(1, Ordering::SeqCst);
        }
        Ok(sqlx::raw_sql("create table seen (position bigint)").execute(connection).await.map(drop)?)
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), Failure> {
        let scene = &self.scene;
        if is_next(connection).await? {
            if self.positions.contains(&5) && !scene.met.load(Ordering::SeqCst) {
                scene.near.acquire().await?.forget();
                scene.met.store(true, Ordering::SeqCst);
                scene.disturb(connection).await?;
            } else if self.positions.contains(&2) && scene.met.load(Ordering::SeqCst) {
                drop(scene.gate.acquire().await?);
            }
        }
        let insert = sqlx::query("insert into seen select * from unnest($1::bigint[])").bind(self.positions.clone());
        Ok(insert.execute(connection).await.map(drop)?)
    }
}

/// Runs it, one event at a time, over a log of five.
async fn started(scene: &Arc<Scene>) -> Result<(Executor, Projector), Failure> {
    let place = &scene.place;
    let options = place.options().statement_timeout(Duration::from_millis(500));
    let store = PostgresStore::connect_with(&place.url, options).await?;
    let bank = Executor::new(store.clone());
    for _ in 0..5 {
        bank.execute(add(&name("ada"), 1)).await?;
    }
    let rows = InSql::<_, PostgresDatabase>::new(Disturbed { positions: Vec::new(), scene: Arc::clone(scene) });
    let options = ProjectionOptions::new().batch(1).takeover_after(Duration::from_secs(60));
    let projector = Projector::builder(store).run_with(rows, options).start()?;
    projector.wait_for(5).timeout(ENOUGH).await?;
    Ok((bank, projector))
}

/// Lets it be disturbed once it is about to be put in the place of the present one.
async fn rebuild(projector: Projector, scene: Arc<Scene>) -> Tested {
    let rebuild = projector.rebuild("disturbed").on_progress(move |progress| {
        if progress.position == 4 {
            scene.near.add_permits(1);
        }
    });
    Ok(rebuild.await?)
}

async fn seen(place: &Place) -> Result<Vec<i64>, Failure> {
    let seen = format!("select position from {}_disturbed.seen order by position", place.schema);
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(seen)).fetch_all(&mut place.connection().await?).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_present_one_does_not_wait_for_what_begins_anew() -> Tested {
    let place = Place::fresh()?;
    let scene = Scene::new(&place, Disturbance::Moved);
    let (bank, projector) = started(&scene).await?;
    let rebuilding = tokio::spawn(rebuild(projector.clone(), Arc::clone(&scene)));
    while scene.made.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // What is being built has begun anew, and is not to go on yet.
    let done = bank.execute(add(&name("ada"), 1)).await?;
    projector.wait_for(&done).timeout(ENOUGH).await?;
    scene.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    rebuilding.await??;
    let done = bank.execute(add(&name("ada"), 1)).await?;
    projector.wait_for(&done).timeout(ENOUGH).await?;
    assert_eq!(seen(&place).await?, [1, 2, 3, 4, 5, 6, 7]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_ask_for_its_checkpoint_goes_on_where_it_was() -> Tested {
    let place = Place::fresh()?;
    let scene = Scene::new(&place, Disturbance::Outage);
    scene.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    let (_, projector) = started(&scene).await?;
    let rebuilding = tokio::spawn(rebuild(projector.clone(), Arc::clone(&scene)));
    // Who asks a second time has asked in vain.
    let (mut watcher, mut asked) = (place.connection().await?, Vec::<String>::new());
    while asked.len() < 2 {
        let asking = "select query_start::text from pg_stat_activity
            where application_name = $1 and wait_event_type = 'Lock' and query like 'insert into %.projections as kept%'";
        if let Some(row) = sqlx::query(asking).bind(&place.schema).fetch_optional(&mut watcher).await? {
            let since = row.try_get(0)?;
            if !asked.contains(&since) {
                asked.push(since);
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(scene.holder.lock().await.take());
    rebuilding.await??;
    assert_eq!((scene.made.load(Ordering::SeqCst), seen(&place).await?), (1, vec![1, 2, 3, 4, 5]));
    Ok(())
}
