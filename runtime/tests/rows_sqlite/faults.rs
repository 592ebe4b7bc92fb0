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
    Delivery, Executor, InSql, OnError, Projection, ProjectionError, ProjectionOptions, Projector, Rows, RunState,
    SqliteDatabase, Stream,
};
use sqlx::SqliteConnection;

use crate::{
    common::{Tally, commands::add, name},
    support::{Place, Tested},
};

type Boxed = Box<dyn StdError + Send + Sync>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// There is no room on the disk; the next time there is.
    Full,
    /// There is no such row.
    NoRow,
}

#[derive(Debug, thiserror::Error)]
#[error("the rows of the tallies")]
struct Wrapped(#[from] sqlx::Error);

/// Writes a row an event, and meets its fate with the third.
#[derive(Debug, Clone)]
struct Fated {
    positions: Vec<i64>,
    fate: Fate,
    /// Whether what the driver said is handed on as the source of another error.
    wrapped: bool,
    /// Whether it is behind it.
    met: Arc<AtomicBool>,
}

impl Fated {
    async fn meet(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let met = self.met.swap(self.fate == Fate::Full, Ordering::SeqCst);
        match self.fate {
            Fate::NoRow => sqlx::query("select 1 where false").fetch_one(connection).await.map(drop),
            Fate::Full => {
                // No page more than there are now.
                let pages = if met { 1_000_000 } else { 1 };
                let pages = format!("pragma max_page_count = {pages}");
                sqlx::query(sqlx::AssertSqlSafe(pages)).fetch_one(&mut *connection).await?;
                let large = "insert into large values (zeroblob(100000))";
                sqlx::raw_sql(large).execute(connection).await.map(drop)
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

impl Rows<SqliteDatabase> for Fated {
    type Error = Boxed;

    async fn create(&self, connection: &mut SqliteConnection) -> Result<(), Boxed> {
        let tables = "create table fated (position integer); create table large (bytes blob)";
        Ok(sqlx::raw_sql(tables).execute(connection).await.map(drop)?)
    }

    async fn write(self, connection: &mut SqliteConnection) -> Result<(), Boxed> {
        for position in &self.positions {
            sqlx::query("insert into fated values (?1)").bind(*position).execute(&mut *connection).await?;
        }
        if self.positions.contains(&3) {
            let dressed = |error: sqlx::Error| if self.wrapped { Wrapped(error).into() } else { Boxed::from(error) };
            self.meet(connection).await.map_err(dressed)?;
        }
        Ok(())
    }
}

/// No test waits for longer: whoever is still not there then never will be.
const ENOUGH: Duration = Duration::from_secs(60);

#[tokio::test]
async fn only_what_the_work_itself_did_is_the_events_fault() -> Tested {
    for (fate, aside) in [(Fate::Full, 0), (Fate::NoRow, 1)] {
        for wrapped in [false, true] {
            let what = format!("{fate:?} {wrapped}");
            let place = Place::fresh()?;
            let store = place.store().await?;
            let bank = Executor::new(store.clone());
            for n in 0..5 {
                bank.execute(add(&name(&format!("t-{n}")), 1)).await?;
            }
            let fated = Fated { positions: Vec::new(), fate, wrapped, met: Arc::default() };
            let options = ProjectionOptions::new().on_error(OnError::Park).batch(1);
            let fated = InSql::<_, SqliteDatabase>::new(fated);
            let projector = Projector::builder(store).run_with(fated, options).start()?;
            projector.wait_for(5).timeout(ENOUGH).await.map_err(|error| format!("{what}: {error}"))?;
            let status = projector.status().await?.remove(0);
            assert_eq!(status.parked.len(), aside, "{what}");
            let state = if aside == 0 { RunState::Running } else { RunState::Parked };
            assert_eq!(status.state, state, "{what}");
            assert!(status.last_error.is_some(), "{what}");
            let seen = "select count(*) from fated";
            let seen: i64 = sqlx::query_scalar(seen).fetch_one(&mut place.connection().await?).await?;
            assert_eq!(seen, 5 - i64::try_from(aside)?, "{what}");
        }
    }
    Ok(())
}
