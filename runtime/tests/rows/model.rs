//! A read model in rows, and what it has to come to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use foldline_runtime::{
    Delivery, InSql, PostgresDatabase, PostgresStore, Projection, ProjectionError, RawEvent, Rows, Stream,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::{
    common::{Name, Tally, TallyEvent},
    support::{Failure, Place, log},
};

/// What each tally adds up to, and how often: a row each. No sum may be over a million.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    added: BTreeMap<String, (i64, i64)>,
    /// Of each event its place, so that one that is missed or doubled shows.
    seen: Vec<(i64, String, i64)>,
    pub(crate) cured: Arc<AtomicBool>,
}

pub(crate) type Store = PostgresStore;

impl Sums {
    pub(crate) fn in_sql(&self) -> InSql<Self, PostgresDatabase> {
        InSql::new(self.clone())
    }
}

impl Projection for Sums {
    const NAME: &'static str = "sums";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];
    const PARTITIONED: bool = true;

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        let Name(name) = delivery.key()?;
        let cured = self.cured.load(Ordering::SeqCst);
        let event = match delivery.event() {
            // Newer code knows it.
            Err(_) if delivery.name() == "tally.unreadable" && cured => TallyEvent::Unreadable,
            event => event?,
        };
        match event {
            TallyEvent::Noted { text } if text == "poison" && !cured => {
                return Err(ProjectionError::handler("it cannot stand poison"));
            }
            TallyEvent::Added { n } => {
                let (sum, count) = self.added.entry(name.clone()).or_default();
                (*sum, *count) = (*sum + n, *count + 1);
            }
            _ => {}
        }
        self.seen.push((delivery.position().cast_signed(), name, delivery.version().cast_signed()));
        Ok(())
    }
}

impl Rows<PostgresDatabase> for Sums {
    type Error = sqlx::Error;

    async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let tables = "create table sums (name text primary key, sum bigint not null check (sum < 1000000), count bigint not null);
            create table seen (nth bigserial, position bigint, name text, version bigint)";
        sqlx::raw_sql(tables).execute(connection).await.map(drop)
    }

    async fn write(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let (names, (sums, counts)): (Vec<String>, (Vec<i64>, Vec<i64>)) = self.added.into_iter().unzip();
        let upsert = "insert into sums select * from unnest($1::text[], $2::bigint[], $3::bigint[])
            on conflict (name) do update set sum = sums.sum + excluded.sum, count = sums.count + excluded.count";
        sqlx::query(upsert).bind(names).bind(sums).bind(counts).execute(&mut *connection).await?;
        let (mut positions, mut names, mut versions) = (Vec::new(), Vec::new(), Vec::new());
        for (position, name, version) in self.seen {
            positions.push(position);
            names.push(name);
            versions.push(version);
        }
        let insert =
            "insert into seen (position, name, version) select * from unnest($1::bigint[], $2::text[], $3::bigint[])";
        sqlx::query(insert).bind(positions).bind(names).bind(versions).execute(connection).await.map(drop)
    }
}

/// Sum and count of each tally, and where its events were, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) sums: BTreeMap<String, (i64, i64)>,
    pub(crate) seen: BTreeMap<String, Vec<(i64, i64)>>,
}

/// What stands in the rows.
pub(crate) async fn found(place: &Place) -> Result<Found, Failure> {
    Ok(found_at(place).await?.1)
}

/// The same, with the position of the checkpoint, all as of one moment.
pub(crate) async fn found_at(place: &Place) -> Result<(u64, Found), Failure> {
    let mut connection = place.connection().await?;
    let mut moment = connection.begin_with("begin isolation level repeatable read").await?;
    let mut found = Found::default();
    let schema = &place.schema;
    let position = format!(
        "select coalesce(min(position), 0) from {schema}.projections where name = 'sums' or name like 'sums/%'"
    );
    let position: i64 = sqlx::query_scalar(AssertSqlSafe(position)).fetch_one(&mut *moment).await?;
    let sums = format!("select name, sum, count from {schema}_sums.sums");
    for row in sqlx::query(AssertSqlSafe(sums)).fetch_all(&mut *moment).await? {
        found.sums.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
    }
    let seen = format!("select name, position, version from {schema}_sums.seen order by nth");
    for row in sqlx::query(AssertSqlSafe(seen)).fetch_all(&mut *moment).await? {
        found.seen.entry(row.try_get(0)?).or_default().push((row.try_get(1)?, row.try_get(2)?));
    }
    Ok((position.cast_unsigned(), found))
}

/// Both, as far as this position.
pub(crate) async fn found_and_expected(place: &Place, store: &Store, position: u64) -> Result<(Found, Found), Failure> {
    Ok((found(place).await?, expected_at(store, position).await?))
}

/// What the log adds up to, but for these streams from these versions on.
pub(crate) async fn expected(store: &PostgresStore, but: &[(&str, u64)]) -> Result<Found, Failure> {
    let aside = |name: &str, version| but.iter().any(|(aside, from)| *aside == name && version >= *from);
    Ok(sum(log(store).await?.into_iter().filter(|event| !aside(event.stream().key_text(), event.version()))))
}

/// What the log adds up to as far as this position.
pub(crate) async fn expected_at(store: &PostgresStore, position: u64) -> Result<Found, Failure> {
    Ok(sum(log(store).await?.into_iter().filter(|event| event.position() <= position)))
}

fn sum(events: impl Iterator<Item = RawEvent>) -> Found {
    let mut sum = Found::default();
    for event in events.filter(|event| event.stream().category() == Tally::CATEGORY) {
        let name = event.stream().key_text().to_owned();
        let place = (event.position().cast_signed(), event.version().cast_signed());
        sum.seen.entry(name.clone()).or_default().push(place);
        if let Ok(TallyEvent::Added { n }) = event.decode::<TallyEvent>().map(|event| event.event) {
            let (total, count) = sum.sums.entry(name).or_default();
            (*total, *count) = (*total + n, *count + 1);
        }
    }
    sum
}
