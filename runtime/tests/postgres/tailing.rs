//! A reader that follows the log sees 1, 2, 3, …, however many write. The same check, run against a table that numbers by
//! a sequence, fails: it can see what it is for.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use foldline_runtime::{
    RawEvent,
    storage::{LogRead, Seen, Store},
};
use sqlx::{AssertSqlSafe, Row};
use tokio::sync::watch;

use crate::support::{Failure, Place, Tested, accepted, commit};

const WRITERS: usize = 16;
const EVENTS: u64 = 100;

/// The first position that was not the one expected.
#[derive(Debug)]
struct Gap;

/// What `see` shows of the log, until `EVENTS` were seen: dense, in order, and nothing late.
async fn tail<F>(mut see: impl FnMut(u64) -> F) -> Result<Result<(), Gap>, Failure>
where
    F: Future<Output = Result<Vec<u64>, Failure>>,
{
    let mut last = 0;
    while last < EVENTS {
        for position in see(last).await? {
            if position != last + 1 {
                return Ok(Err(Gap));
            }
            last = position;
        }
    }
    Ok(Ok(()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tailing_reader_sees_the_log_without_a_hole() -> Tested {
    for _ in 0..100 {
        let place = Place::fresh()?;
        let mut stores = Vec::new();
        for _ in 0..4 {
            stores.push(place.store().await?);
        }
        let tickets = Arc::new(AtomicU32::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (store, tickets) = (stores[writer % stores.len()].clone(), Arc::clone(&tickets));
                tokio::spawn(async move {
                    loop {
                        let n = tickets.fetch_add(1, Ordering::Relaxed);
                        if u64::from(n) >= EVENTS {
                            return Tested::Ok(());
                        }
                        accepted(&store, &commit(&[(&format!("s-{n}"), Seen::Nothing)], 1)).await?;
                    }
                })
            })
            .collect();
        let reader = place.store().await?;
        let seen = tail(async |last| {
            reader.wait_beyond(last).await?;
            Ok(reader.read_log(LogRead::after(last)).await?.events.iter().map(RawEvent::position).collect())
        });
        assert!(seen.await?.is_ok());
        for writer in writers {
            writer.await??;
        }
        for store in stores.iter().chain([&reader]) {
            store.close().await;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_that_numbers_by_a_sequence_fails_the_same_check() -> Tested {
    for _ in 0..100 {
        let place = Place::fresh()?;
        let mut connection = place.connection().await?;
        let table = "create schema $schema; create table $schema.events (position bigserial primary key, stream text)";
        place.sql(&mut connection, table).await?;
        let (stop, stopped) = watch::channel(());
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (place, stopped) = (place.clone(), stopped.clone());
                tokio::spawn(async move {
                    let mut connection = place.connection().await?;
                    while stopped.has_changed().is_ok() {
                        place.sql(&mut connection, "insert into $schema.events (stream) values ('s')").await?;
                    }
                    Tested::Ok(())
                })
            })
            .collect();
        let sql = format!("select position from {}.events where position > $1 order by position", place.schema);
        let reader = tokio::sync::Mutex::new(connection);
        let seen = tail(async |last| {
            let mut connection = reader.lock().await;
            let rows = sqlx::query(AssertSqlSafe(sql.clone())).bind(last.cast_signed());
            let rows = rows.fetch_all(&mut *connection).await?;
            Ok(rows.iter().map(|row| row.get::<i64, _>(0).cast_unsigned()).collect())
        });
        let seen = seen.await?;
        drop(stop);
        for writer in writers {
            writer.await??;
        }
        if seen.is_err() {
            return Ok(());
        }
    }
    unreachable!("a sequence without a hole in a hundred runs: the check would not see one")
}
