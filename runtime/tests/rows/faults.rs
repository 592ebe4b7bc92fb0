//! What the database could not just then is waited out; what the work asked for in vain is the event's fault.

use std::{
    error::Error as StdError,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    Delivery, Executor, InSql, OnError, PostgresDatabase, PostgresStore, Projection, ProjectionError,
    ProjectionOptions, Projector, Rows, RunState, Stream,
};
use sqlx::PgConnection;

use crate::{
    common::{Tally, commands::add, name},
    support::{Place, Tested},
};

type Boxed = Box<dyn StdError + Send + Sync>;

/// What happens to work on the database.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// The server ends the connection.
    Terminated,
    /// It took too long.
    Cancelled,
    /// There is no such row.
    NoRow,
    /// More was bound than a statement may have: nothing was sent.
    TooMuch,
    /// The process stands still in the midst of it, and the server waits no longer.
    Idle,
    /// It takes too long again and again, but for the rows that are being built.
    HeldUp,
}

/// How the user hands on what the driver said.
#[derive(Debug, Clone, Copy)]
enum Dress {
    Plain,
    Wrapped,
    Shared,
    Told,
}

#[derive(Debug, thiserror::Error)]
#[error("the rows of the tallies")]
struct Wrapped(#[from] sqlx::Error);

#[derive(Debug, thiserror::Error)]
#[error("the rows of the tallies")]
struct Shared(#[source] Arc<dyn StdError + Send + Sync>);

impl Dress {
    fn on(self, error: sqlx::Error) -> Boxed {
        match self {
            Self::Plain => error.into(),
            Self::Wrapped => Wrapped(error).into(),
            Self::Shared => Shared(Arc::new(error)).into(),
            Self::Told => error.to_string().into(),
        }
    }
}

/// Writes a row an event, and meets its fate with the third.
#[derive(Debug, Clone)]
struct Fated {
    positions: Vec<i64>,
    fate: Fate,
    dress: Dress,
    /// Whether its tables are the ones that cannot be made.
    at_once: bool,
    /// Whether it is behind it.
    met: Arc<AtomicBool>,
}

impl Fated {
    fn new(fate: Fate, dress: Dress) -> Self {
        Self { positions: Vec::new(), fate, dress, at_once: false, met: Arc::default() }
    }

    async fn meet(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let passes = matches!(self.fate, Fate::Terminated | Fate::Cancelled | Fate::Idle);
        if self.met.swap(passes, Ordering::SeqCst) {
            return Ok(());
        }
        match self.fate {
            Fate::Terminated => {
                sqlx::query("select pg_terminate_backend(pg_backend_pid())").execute(connection).await.map(drop)
            }
            Fate::Cancelled => {
                let wait = "set local statement_timeout = 20; select pg_sleep(60)";
                sqlx::raw_sql(wait).execute(connection).await.map(drop)
            }
            Fate::Idle => {
                let brief = "set local idle_in_transaction_session_timeout = 20";
                sqlx::raw_sql(brief).execute(&mut *connection).await?;
                tokio::time::sleep(Duration::from_millis(500)).await;
                Ok(())
            }
            Fate::HeldUp => {
                let wait = "set local statement_timeout = 20;
                    do $$ begin if current_schema() not like '%\\_next' then perform pg_sleep(60); end if; end $$";
                sqlx::raw_sql(wait).execute(connection).await.map(drop)
            }
            Fate::NoRow => sqlx::query("select 1 where false").fetch_one(connection).await.map(drop),
            Fate::TooMuch => {
                let many = (0..70_000).fold(sqlx::query("select $1"), sqlx::query::Query::bind);
                many.execute(connection).await.map(drop)
            }
        }
    }
}

impl Projection for Fated {
    const NAME: &'static str = "fated";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        self.positions.push(delivery.position().cast_signed());
        Ok(())
    }
}

impl Rows<PostgresDatabase> for Fated {
    type Error = Boxed;

    async fn create(&self, connection: &mut PgConnection) -> Result<(), Boxed> {
        sqlx::raw_sql("create table seen (position bigint)").execute(&mut *connection).await?;
        if self.at_once {
            self.meet(connection).await.map_err(|error| self.dress.on(error))?;
        }
        Ok(())
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), Boxed> {
        let insert = sqlx::query("insert into seen select * from unnest($1::bigint[])").bind(self.positions.clone());
        insert.execute(&mut *connection).await?;
        if !self.at_once && self.positions.contains(&3) {
            self.meet(connection).await.map_err(|error| self.dress.on(error))?;
        }
        Ok(())
    }
}

/// Runs it, one event at a time, over a log of five, each on a stream of its own.
async fn started(place: &Place, fated: Fated, on_error: OnError) -> Result<(PostgresStore, Projector), Boxed> {
    let store = place.store().await?;
    let bank = Executor::new(store.clone());
    for n in 0..5 {
        bank.execute(add(&name(&format!("t-{n}")), 1)).await?;
    }
    let options = ProjectionOptions::new().on_error(on_error).batch(1);
    let fated = InSql::<_, PostgresDatabase>::new(fated);
    let projector = Projector::builder(store.clone()).run_with(fated, options).start()?;
    Ok((store, projector))
}

async fn seen(place: &Place) -> Result<Vec<i64>, Boxed> {
    let seen = format!("select position from {}_fated.seen order by position", place.schema);
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(seen)).fetch_all(&mut place.connection().await?).await?)
}

/// No test waits for longer: whoever is still not there then never will be.
const ENOUGH: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_the_database_could_not_just_then_is_no_events_fault() -> Tested {
    for at_once in [false, true] {
        for (fate, dress) in [
            (Fate::Terminated, Dress::Plain),
            (Fate::Terminated, Dress::Wrapped),
            (Fate::Terminated, Dress::Shared),
            (Fate::Terminated, Dress::Told),
            (Fate::Idle, Dress::Plain),
            (Fate::Cancelled, Dress::Plain),
            (Fate::Cancelled, Dress::Wrapped),
            (Fate::Cancelled, Dress::Shared),
        ] {
            for on_error in [OnError::Stop, OnError::Park] {
                let place = Place::fresh()?;
                let fated = Fated { at_once, ..Fated::new(fate, dress) };
                let (_, projector) = started(&place, fated, on_error).await?;
                let what = format!("{fate:?} {dress:?} {on_error:?} {at_once}");
                projector.wait_for(5).timeout(ENOUGH).await.map_err(|error| format!("{what}: {error}"))?;
                let status = projector.status().await?.remove(0);
                assert_eq!((status.state, status.parked.len()), (RunState::Running, 0), "{what}");
                // It says what it had to wait out.
                assert!(status.last_error.is_some_and(|failure| failure.event.is_none()), "{what}");
                assert_eq!(seen(&place).await?, [1, 2, 3, 4, 5], "{what}");
                projector.shutdown().await;
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_was_asked_in_vain_is_the_events_fault() -> Tested {
    for fate in [Fate::NoRow, Fate::TooMuch] {
        for dress in [Dress::Plain, Dress::Wrapped, Dress::Shared] {
            let place = Place::fresh()?;
            let (_, projector) = started(&place, Fated::new(fate, dress), OnError::Stop).await?;
            let what = format!("{fate:?} {dress:?}");
            let stopped = projector.wait_for(5).timeout(ENOUGH).await;
            assert!(stopped.is_err(), "{what}");
            let status = projector.status().await?.remove(0);
            let event = status.last_error.and_then(|failure| failure.event).map(|event| event.position);
            assert_eq!((status.state, status.position, event), (RunState::Stopped, 2, Some(3)), "{what}");
            projector.shutdown().await;

            let place = Place::fresh()?;
            let (_, projector) = started(&place, Fated::new(fate, dress), OnError::Park).await?;
            projector.wait_for(5).timeout(ENOUGH).await.map_err(|error| format!("{what}: {error}"))?;
            assert_eq!(projector.status().await?[0].parked.len(), 1, "{what}");
            assert_eq!(seen(&place).await?, [1, 2, 4, 5], "{what}");
            projector.shutdown().await;
        }
    }
    Ok(())
}

/// One that waits for the database listens all the same.
#[tokio::test]
async fn what_was_built_takes_the_place_of_one_that_waits() -> Tested {
    let place = Place::fresh()?;
    let (_, projector) = started(&place, Fated::new(Fate::HeldUp, Dress::Plain), OnError::Stop).await?;
    while projector.status().await?[0].last_error.is_none() {
        tokio::task::yield_now().await;
    }
    projector.rebuild("fated").await?;
    projector.wait_for(5).timeout(ENOUGH).await?;
    assert_eq!(seen(&place).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

/// Whoever says "never" means no date that the server cannot name.
#[tokio::test]
async fn no_time_is_too_long() -> Tested {
    let place = Place::fresh()?;
    let patient = place.options().statement_timeout(Duration::MAX / 2);
    let store = PostgresStore::connect_with(&place.url, patient).await?;
    Executor::new(store.clone()).execute(add(&name("ada"), 1)).await?;
    let options = ProjectionOptions::new().takeover_after(Duration::MAX).checkpoint_every(1, Duration::MAX);
    let fated = InSql::<_, PostgresDatabase>::new(Fated::new(Fate::Terminated, Dress::Plain));
    let projector = Projector::builder(store).run_with(fated, options).start()?;
    projector.wait_for(1).timeout(ENOUGH).await?;
    Ok(())
}
