//! A read model in rows, and what it has to come to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use foldline_runtime::{
    Delivery, InSql, Projection, ProjectionError, RawEvent, Rows, SqliteDatabase, SqliteStore, Stream,
};
use sqlx::{Connection, Row, SqliteConnection};

use crate::{
    common::{Name, Tally, TallyEvent},
    support::{Failure, Place, log},
};

/// What each tally adds up to, and where its events were. No sum may be over the limit, which is a million.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    added: BTreeMap<String, i64>,
    seen: Vec<(i64, String)>,
    pub(crate) cured: Arc<AtomicBool>,
}

pub(crate) type Store = SqliteStore;

impl Sums {
    pub(crate) fn in_sql(&self) -> InSql<Self, SqliteDatabase> {
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
            TallyEvent::Added { n } => *self.added.entry(name.clone()).or_default() += n,
            _ => {}
        }
        self.seen.push((delivery.position().cast_signed(), name));
        Ok(())
    }
}

impl Rows<SqliteDatabase> for Sums {
    type Error = sqlx::Error;

    async fn create(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        // Of everything that a file can hold something.
        let tables = "create table sums (name text primary key, sum integer not null,
                double integer generated always as (2 * sum) stored) strict, without rowid;
            create table seen (nth integer primary key autoincrement, position integer not null, name text not null
                references sums (name) deferrable initially deferred);
            create index seen_by_position on seen (position);
            create view totals as select count(*) as tallies, sum(sum) as total from sums;
            create table changes (name text); create trigger changed after update on sums begin insert into changes values (new.name); end;
            create table limits (at integer); insert into limits values (1000000);
            create trigger limits before update on sums when new.sum >= (select at from limits)
                begin select raise(abort, 'more than it may hold'); end";
        sqlx::raw_sql(tables).execute(connection).await.map(drop)
    }

    async fn write(self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        for (_, name) in &self.seen {
            let touch = "insert into sums (name, sum) values (?1, 0) on conflict do nothing";
            sqlx::query(touch).bind(name.clone()).execute(&mut *connection).await?;
        }
        for (name, sum) in self.added {
            let add = "update sums set sum = sum + ?2 where name = ?1";
            sqlx::query(add).bind(name).bind(sum).execute(&mut *connection).await?;
        }
        for (position, name) in self.seen {
            let insert = sqlx::query("insert into seen (position, name) values (?1, ?2)");
            insert.bind(position).bind(name).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Sums, and positions in the order of writing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) sums: BTreeMap<String, i64>,
    pub(crate) seen: BTreeMap<String, Vec<i64>>,
}

/// What stands in the rows, with the position of the checkpoint, all as of one moment.
pub(crate) async fn found(place: &Place) -> Result<(u64, Found), Failure> {
    let mut connection = place.connection().await?;
    let mut moment = connection.begin().await?;
    let mut found = Found::default();
    let position = "select coalesce(min(position), 0) from projections where name = 'sums' or name like 'sums/%'";
    let position: i64 = sqlx::query_scalar(position).fetch_one(&mut *moment).await?;
    for row in sqlx::query("select name, sum from sums").fetch_all(&mut *moment).await? {
        found.sums.insert(row.try_get(0)?, row.try_get(1)?);
    }
    for row in sqlx::query("select name, position from seen order by nth").fetch_all(&mut *moment).await? {
        found.seen.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    Ok((position.cast_unsigned(), found))
}

/// Both, as far as this position.
pub(crate) async fn found_and_expected(place: &Place, store: &Store, position: u64) -> Result<(Found, Found), Failure> {
    Ok((found(place).await?.1, expected(store, position).await?))
}

/// What the log adds up to as far as this position.
pub(crate) async fn expected(store: &SqliteStore, position: u64) -> Result<Found, Failure> {
    let mut sum = Found::default();
    let tallies = |event: &RawEvent| event.position() <= position && event.stream().category() == Tally::CATEGORY;
    for event in log(store).await?.into_iter().filter(tallies) {
        let name = event.stream().key_text().to_owned();
        sum.seen.entry(name.clone()).or_default().push(event.position().cast_signed());
        let total = sum.sums.entry(name).or_default();
        if let Ok(TallyEvent::Added { n }) = event.decode::<TallyEvent>().map(|event| event.event) {
            *total += n;
        }
    }
    Ok(sum)
}
